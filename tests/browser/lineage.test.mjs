/** Where snapshots and boxes stand in the picture. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { earlierFirst, laneCount, placeInLanes } from '../../www/snapshots/lineage.js'

const at = (second) => `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`
const snapshot = (id, parentId, boxId, second) => ({ kind: 'snapshot', id, parentId, boxId, createdAt: at(second) })
const box = (id, parentId, second) => ({ kind: 'box', id, parentId, createdAt: at(second) })
const lanes = (rows) => rows.map(({ node, lane }) => `${node.id}:${lane}`)

test('a box that goes on stays in its lane, whatever was restored beside it', () => {
  const rows = placeInLanes([
    snapshot('a', undefined, 'one', 1), snapshot('b', 'a', 'one', 2), box('one', 'b', 0), box('two', 'a', 3), snapshot('c', 'b', 'three', 4), box('three', 'c', 4),
  ])
  assert.deepEqual(lanes(rows), ['a:0', 'two:1', 'b:0', 'c:1', 'three:1', 'one:0'])
  assert.equal(laneCount(rows), 2)
})

test('lines pass by what is drawn beside them and never cross', () => {
  const rows = placeInLanes([snapshot('a', undefined, 'one', 1), snapshot('b', 'a', 'two', 2), snapshot('c', 'b', 'three', 3), box('two', 'b', 2), box('one', 'a', 0)])
  assert.deepEqual(rows.map(({ node, lane, from, goesOn, through }) => [node.id, lane, from, goesOn, through]), [
    ['a', 0, undefined, true, []],
    ['b', 1, 0, true, [0]],
    ['c', 2, 1, false, [0, 1]],
    ['two', 1, 1, false, [0]],
    ['one', 0, 0, false, []],
  ])
})

test('a node whose parent is not there begins a tree of its own', () => {
  assert.deepEqual(lanes(placeInLanes([snapshot('b', 'gone', 'one', 2), snapshot('a', undefined, 'two', 1)])), ['a:0', 'b:0'])
})

test('a chain of many thousands is placed', () => {
  const chain = Array.from({ length: 20_000 }, (_, n) => snapshot(`s${n}`, n ? `s${n - 1}` : undefined, 'one', 1))
  const rows = placeInLanes(chain)
  assert.equal(rows.length, 20_000)
  assert.equal(laneCount(rows), 1)
})

test('what another came from is before it, even within the same second', () => {
  const [a, b] = [snapshot('z', undefined, 'one', 1), snapshot('a', 'z', 'one', 1)]
  assert.deepEqual(earlierFirst([a, b], b, a), [a, b])
  assert.deepEqual(earlierFirst([a, b], a, b), [a, b])
})
