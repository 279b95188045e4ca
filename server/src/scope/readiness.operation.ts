import { readinessText } from './readiness.text.ts';
import { checkReadiness } from './readiness.ts';

/** What this operation asks of the door through which it is run. */
type Door = Readonly<{
  workspace: string;
  json: boolean;
  signal: AbortSignal;
  print: (text: string) => void;
  progress: Readonly<{ update: (label: string) => void }>;
}>;

/** `forthright readiness`: prints what could be scoped with the logs as they are, however bad the news. */
export const readinessOperation = (now: () => number) => ({
  name: 'readiness',
  summary: 'whether the logs could answer if something leaked today',
  needsWorkspace: true,
  examples: [
    'forthright readiness',
    'forthright readiness --workspace shop/forthright.yaml',
    'forthright readiness --json > readiness.json',
  ],
  run: async ({ workspace, json, signal, print, progress }: Door): Promise<void> => {
    const answer = await checkReadiness(workspace, { step: progress.update, signal }, now);
    print(json ? `${JSON.stringify(answer, null, 2)}\n` : readinessText(answer));
  },
});
