import { useEffect, useRef, useState } from 'react'
import { linkTo, readKeyOf, type Address } from './address.js'

interface ShareProps {
  readonly address: Address
  readonly canEdit: boolean
}

/** The links of a board: who may only look has no other to give. */
export function Share({ address, canEdit }: ShareProps) {
  const [isOpen, setOpen] = useState(false)
  const [readKey, setReadKey] = useState('')
  const box = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (canEdit) void readKeyOf(address.key).then(setReadKey)
  }, [address, canEdit])
  useEffect(() => {
    if (!isOpen) return undefined
    const close = (event: Event): void => {
      const isKey = event instanceof KeyboardEvent
      if (isKey ? event.key === 'Escape' : !box.current?.contains(event.target as Node))
        setOpen(false)
    }
    addEventListener('pointerdown', close)
    addEventListener('keydown', close)
    return () => {
      removeEventListener('pointerdown', close)
      removeEventListener('keydown', close)
    }
  }, [isOpen])
  return (
    <div className="share" ref={box}>
      <button className="primary" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        Share
      </button>
      {isOpen && (
        <div className="sheet" role="dialog" aria-label="Share">
          {canEdit && <Link name="Who has this link draws" address={address} />}
          <Link
            name="Who has this link looks"
            address={canEdit ? { ...address, key: readKey } : address}
          />
        </div>
      )}
    </div>
  )
}

function Link({ name, address }: { readonly name: string; readonly address: Address }) {
  const [isCopied, setCopied] = useState(false)
  const link = linkTo(address)
  const copy = (): void => {
    void navigator.clipboard.writeText(link).then(
      () => setCopied(true),
      () => setCopied(false),
    )
  }
  return (
    <label>
      <span>{name}</span>
      <input readOnly value={link} onFocus={({ currentTarget }) => currentTarget.select()} />
      <button onClick={copy}>{isCopied ? 'Copied' : 'Copy'}</button>
    </label>
  )
}
