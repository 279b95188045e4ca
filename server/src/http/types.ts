import type { Entrance } from '../people/index.ts';
import type { Operation } from '../prove/index.ts';

/** What stands at one address: an operation, or an entrance for those who are not signed in yet. */
export type Asked = Pick<
  Operation,
  'name' | 'summary' | 'method' | 'path' | 'input' | 'output' | 'documents' | 'streams'
>;

export type Route = Asked &
  (
    | Readonly<{ kind: 'operation'; operation: Operation }>
    | Readonly<{ kind: 'entrance'; entrance: Entrance }>
  );

export const routeOfOperation = (operation: Operation): Route => ({
  ...pick(operation),
  kind: 'operation',
  operation,
});

export const routeOfEntrance = (entrance: Entrance): Route => ({
  ...pick(entrance),
  kind: 'entrance',
  entrance,
});

const pick = ({ name, summary, method, path, input, output, documents, streams }: Asked): Asked => ({
  name,
  summary,
  method,
  path,
  input,
  output,
  ...(documents === undefined ? {} : { documents }),
  ...(streams === undefined ? {} : { streams }),
});
