import type {
  IncidentNature,
  RecipientDeletion,
  RecipientTrust,
  RiskData,
  RiskFactorId,
  RiskFactors,
  RiskReason,
} from '@forthright/contract';

type Value<F extends RiskFactorId> = Extract<RiskFactors[F], { known: true }>['value'];

/** One way in which things may have been: every factor has a value. `Infinity` stands for any number. */
export type Supposed = Readonly<
  {
    [F in Exclude<RiskFactorId, 'data' | 'how' | 'people' | 'hours' | 'recipients'>]: Value<F>;
  } & {
    data: readonly RiskData[];
    how: IncidentNature;
    people: number;
    hours: number;
    recipients: readonly Readonly<{ who: RecipientTrust; count: number; deletion: RecipientDeletion }>[];
  }
>;

/** 0 no risk is likely, 1 a risk, 2 a high risk. */
export type Level = 0 | 1 | 2;
/** How grave it would be for a person: 0 not to speak of, 1 slight, 2 significant, 3 severe. */
export type Gravity = 0 | 1 | 2 | 3;
/** How likely that it is misused: 0 remote, 1 slight, 2 possible, 3 real, 4 likely. */
export type Likelihood = 0 | 1 | 2 | 3 | 4;

/** What one kind of breach comes to, supposing that things were so. */
export type Finding = Readonly<{ level: Level; reasons: readonly RiskReason[] }>;
