import { Graph } from '../../../src/local-aws/state/graph';

class Door {
  public timer: unknown = setTimeout(() => undefined, 0);
  public to?: Room;

  constructor(public readonly width: number) {
    clearTimeout(this.timer as NodeJS.Timeout);
  }

  public area(height: number): number {
    return this.width * height;
  }
}

class Room {
  public readonly doors = new Set<Door>();
  public readonly named = new Map<string, Door>();

  constructor(public readonly house: object) {}
}

const house = { address: 'here' };
const graph = new Graph({ Room: { kind: Room }, Door: { kind: Door, renewed: { timer: ({ width }: Door) => `new for ${width}` } } }, { house });

function again(root: Record<string, unknown>) {
  return graph.fromBytes(graph.toBytes(root));
}

test('objects come back with their classes, once each, and round in circles', () => {
  const room = new Room(house);
  const door = new Door(2);
  door.to = room;
  room.doors.add(door);
  room.named.set('front', door);

  const kept = again({ rooms: [room], first: room }).rooms as Room[];

  const [front] = kept[0].doors;
  expect(kept[0]).toBeInstanceOf(Room);
  expect(front).toBeInstanceOf(Door);
  expect(front.area(3)).toBe(6);
  expect(kept[0].named.get('front')).toBe(front);
  expect(front.to).toBe(kept[0]);
});

test('what is the same in every run is referred to, and what belongs to a run is made anew', () => {
  const room = new Room(house);
  room.doors.add(new Door(4));
  const { kept } = again({ kept: room }) as { kept: Room };
  expect(kept.house).toBe(house);
  expect([...kept.doors][0].timer).toBe('new for 4');
});

test('plain values stay what they are', () => {
  const root = { date: new Date(5), bytes: Buffer.from('abc'), nothing: null, missing: undefined, list: [1, 'two', [true]], infinite: -Infinity };
  const kept = again(root);
  expect({ ...kept, bytes: Buffer.from(kept.bytes as Uint8Array) }).toEqual(root);
});

test('what cannot be kept is refused by its place', () => {
  expect(() => graph.toBytes({ rooms: [{ open: () => undefined }] }))
    .toThrow('rooms > 0 > open is a function, which cannot be kept: say what it is after a restart');
  expect(() => graph.toBytes({ rooms: new Map([['first', new URL('http://127.0.0.1')]]) }))
    .toThrow('rooms > first is a URL, which cannot be kept: name the class in the memory of its service');
});

test('what another version kept is refused', () => {
  const other = new Graph({ Cellar: { kind: Room } }, {});
  expect(() => graph.fromBytes(other.toBytes({ first: new Room({}) })))
    .toThrow('"Cellar" is not known to this version of the local AWS: the state was kept by another one');
});
