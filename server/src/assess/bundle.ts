/** What a bundle shows of assessments and reports: each version as it was recorded, and reports as pages to read. */
import { type IncidentId, Report, RiskAnswer } from '@forthright/contract';
import type { BundlePart } from '../incident/index.ts';
import type { Reads } from '../platform/db/index.ts';
import { reportHtml } from './report.html.ts';
import { BODY, recordedVersions } from './store.ts';

/** Every version that is not erased, the oldest first. */
export async function assessParts(reads: Reads, incident: IncidentId): Promise<BundlePart[]> {
  const parts: BundlePart[] = [];
  for (const { of, version, entry, at: recordedAt, body } of await recordedVersions(reads, incident)) {
    if (body === null) continue;
    const text = { entry, name: BODY };
    const at = recordedAt.toISOString();
    if (of === 'risk') {
      const { by } = RiskAnswer.parse(JSON.parse(body));
      const path = `attachments/assessments/risk-${version}.json` as const;
      parts.push({ path, title: `risk, version ${version}`, by, at, content: body, text });
      continue;
    }
    const report = Report.parse(JSON.parse(body));
    const title = `${report.name}, version ${version}`;
    const path = `attachments/reports/${of}-${version}` as const;
    const { by } = report;
    parts.push({ path: `${path}.html`, title, by, at, content: reportHtml(report) });
    parts.push({ path: `${path}.json`, title: `${title}, as it was recorded`, by, at, content: body, text });
  }
  return parts;
}
