import { useCallback, useEffect, useState, type RefObject } from 'react'
import type { Point } from './board.js'

const NEAREST = 4
const FARTHEST = 0.2

/** What part of the board is seen. */
export interface Camera extends Point {
  readonly zoom: number
}

/** Moves over the board: with the wheel, two fingers on a pad, or buttons. */
export function useCamera(canvas: RefObject<HTMLElement | null>) {
  const [camera, setCamera] = useState<Camera>({ x: 0, y: 0, zoom: 1 })
  const zoomAt = useCallback((at: Point, factor: number) => {
    setCamera((before) => {
      const zoom = Math.min(NEAREST, Math.max(FARTHEST, before.zoom * factor))
      const scale = zoom / before.zoom
      return { zoom, x: at.x - (at.x - before.x) * scale, y: at.y - (at.y - before.y) * scale }
    })
  }, [])
  const pan = useCallback((by: Point) => {
    setCamera((before) => ({ ...before, x: before.x + by.x, y: before.y + by.y }))
  }, [])
  useEffect(() => {
    const element = canvas.current
    const onWheel = (event: WheelEvent): void => {
      // Else the page would zoom, or go back in its history.
      event.preventDefault()
      if (event.ctrlKey || event.metaKey) {
        zoomAt({ x: event.clientX, y: event.clientY }, Math.exp(-event.deltaY / 300))
      } else pan({ x: -event.deltaX, y: -event.deltaY })
    }
    element?.addEventListener('wheel', onWheel, { passive: false })
    return () => element?.removeEventListener('wheel', onWheel)
  }, [canvas, zoomAt, pan])
  const reset = useCallback(() => setCamera({ x: 0, y: 0, zoom: 1 }), [])
  return { camera, zoomAt, pan, reset }
}
