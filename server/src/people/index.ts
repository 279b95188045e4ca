export { type CompanySettings, readCompany } from './company.ts';
export type { Made } from './links.ts';
export { activeAmong, type Named, refuseUnlessActive } from './named.ts';
export { refuseTokens } from './operations.ts';
export { makePeople, type PeopleOptions } from './people.ts';
export type { Work } from './secrets.ts';
export { emailOf, endEverything as endAllSessions, officersOf } from './store.ts';
export { type Begun, type Company, type Credentials, type Entrance, entrance, type People } from './types.ts';
