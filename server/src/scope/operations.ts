import { ScopeAnswer, SeenBy, WhoSaw } from '@forthright/contract';
import * as z from 'zod';
import { seenBy, whoSaw } from './drilldown.ts';
import { writeOutputs } from './outputs.ts';
import { type Watch, withRun } from './session.ts';

const Asked = z.strictObject({
  /** Paths of the two files that a user writes. */
  incident: z.string().min(1),
  workspace: z.string().min(1),
});

/** What may be asked of this stage. `may`: the role that may ask. */
export const scope = {
  name: 'scope',
  input: Asked.extend({ out: z.string().min(1).optional() }),
  output: ScopeAnswer,
  may: 'investigator',
  run: ({ out, ...asked }: { incident: string; workspace: string; out?: string | undefined }, watch: Watch) =>
    withRun(asked, watch, async ({ run, answer }) => {
      if (out !== undefined) await writeOutputs(run, answer, out);
      return answer;
    }),
} as const;

export const whoSawPerson = {
  name: 'who-saw',
  input: Asked.extend({ person: z.string().min(1) }),
  output: WhoSaw,
  may: 'investigator',
  run: ({ person, ...asked }: { incident: string; workspace: string; person: string }, watch: Watch) =>
    withRun(asked, watch, (answered) => whoSaw(answered, person)),
} as const;

export const seenByViewer = {
  name: 'seen-by',
  input: Asked.extend({ viewer: z.string().min(1) }),
  output: SeenBy,
  may: 'investigator',
  run: ({ viewer, ...asked }: { incident: string; workspace: string; viewer: string }, watch: Watch) =>
    withRun(asked, watch, (answered) => seenBy(answered, viewer)),
} as const;
