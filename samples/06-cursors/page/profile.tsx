import { useState, type CSSProperties } from 'react'
import { COLOURS, type Me } from './me.js'

/** Who one is, to be changed. */
export function Profile({
  me,
  onChange,
}: {
  readonly me: Me
  readonly onChange: (me: Me) => void
}) {
  const [draft, setDraft] = useState(me.name)
  const rename = (text: string): void => {
    setDraft(text)
    const name = text.trim()
    if (name !== '') onChange({ ...me, name })
  }
  return (
    <form className="profile" onSubmit={(event) => event.preventDefault()}>
      <label htmlFor="name">Your name</label>
      <input
        id="name"
        value={draft}
        maxLength={24}
        autoComplete="nickname"
        dir="auto"
        onChange={({ target }) => rename(target.value)}
        onBlur={() => setDraft(me.name)}
      />
      <fieldset>
        <legend className="away">Your colour</legend>
        {[...COLOURS].map(([hue, name]) => (
          <label key={hue} className="swatch" style={{ '--hue': hue } as CSSProperties}>
            <input
              type="radio"
              name="hue"
              aria-label={name}
              checked={me.hue === hue}
              onChange={() => onChange({ ...me, hue })}
            />
          </label>
        ))}
      </fieldset>
    </form>
  )
}
