import { defaultKeymap, indentWithTab } from '@codemirror/commands'
import { markdown } from '@codemirror/lang-markdown'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { Compartment, EditorState } from '@codemirror/state'
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { yCollab, yUndoManagerKeymap } from 'y-codemirror.next'
import { UndoManager, type Text } from 'yjs'
import type { Session } from './session.js'

/** The editor of the page. */
export interface Editor {
  setReadOnly(isReadOnly: boolean): void
  focus(): void
}

const prose = HighlightStyle.define([
  { tag: tags.heading1, class: 'md-h1' },
  { tag: tags.heading2, class: 'md-h2' },
  { tag: [tags.heading3, tags.heading4, tags.heading5, tags.heading6], class: 'md-h3' },
  { tag: tags.strong, class: 'md-strong' },
  { tag: tags.emphasis, class: 'md-em' },
  { tag: tags.strikethrough, class: 'md-strike' },
  { tag: tags.quote, class: 'md-quote' },
  { tag: tags.monospace, class: 'md-code' },
  { tag: [tags.link, tags.url], class: 'md-link' },
  { tag: [tags.processingInstruction, tags.contentSeparator], class: 'md-mark' },
])

/** Puts an editor for a text on the page. */
export function openEditor(parent: HTMLElement, text: Text, { provider }: Session): Editor {
  const writing = new Compartment()
  const undoManager = new UndoManager(text)
  const mode = (isReadOnly: boolean) => [
    EditorState.readOnly.of(isReadOnly),
    EditorView.editable.of(!isReadOnly),
    isReadOnly ? [] : placeholder('Write something. # makes a title.'),
  ]
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text.toJSON(),
      extensions: [
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap, indentWithTab]),
        drawSelection(),
        EditorView.lineWrapping,
        markdown(),
        syntaxHighlighting(prose),
        EditorView.contentAttributes.of({ 'aria-label': 'Text', spellcheck: 'true' }),
        yCollab(text, provider.awareness, { undoManager }),
        writing.of(mode(true)),
      ],
    }),
  })
  return {
    setReadOnly: (isReadOnly) => view.dispatch({ effects: writing.reconfigure(mode(isReadOnly)) }),
    focus: () => view.focus(),
  }
}
