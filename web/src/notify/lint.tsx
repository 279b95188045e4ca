/** What the check found in the notices of a campaign, for each group of people whose notices say the same. */
import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { FindingNote } from './pieces.tsx';
import { type Campaign, type Linted, notifyQueries, type Of } from './queries.ts';

export function Lint({ of, found }: Readonly<{ of: Of; found: Pick<Campaign, 'lint'> }>) {
  const { t } = useWords();
  const linted = useQuery(notifyQueries.lint(of));
  const { errors = 0, warnings = 0, cohorts = 0 } = found.lint ?? {};
  return (
    <section aria-labelledby="lint">
      <h2 id="lint">{t('lint.title')}</h2>
      <p className="verdict">{t('lint.found', { errors, warnings, cohorts })}</p>
      {errors + warnings > 0 && (
        <Loaded query={linted}>
          {({ cohorts: all }) => (
            <>
              {all
                .filter((one) => one.errors + one.warnings > 0)
                .map((one) => (
                  <Cohort key={one.n} cohort={one} />
                ))}
            </>
          )}
        </Loaded>
      )}
    </section>
  );
}

function Cohort({ cohort }: Readonly<{ cohort: Linted['cohorts'][number] }>) {
  const { t, languageName } = useWords();
  const { language, status, people, errors, warnings, findings } = cohort;
  return (
    <details className="more" open={errors > 0}>
      <summary>
        {t('lint.cohort', {
          language: languageName(language),
          status: t(`notify.as.${status}`),
          people,
          errors,
          warnings,
        })}
      </summary>
      {findings
        .filter(({ severity }) => severity !== 'note')
        .map((finding, i) => (
          <FindingNote
            key={`${finding.rule} ${finding.at?.from}`}
            finding={{ ...finding, number: i + 1 }}
            language={language}
          />
        ))}
    </details>
  );
}
