export {
  type CopyOfNotice,
  copyOfNotice,
  type FoundAddressee,
  findAddressees,
  mayHappen,
  moveAddressee,
  noticeFor,
  type SoughtBy,
} from './addressees.ts';
export { noticeParts } from './bundle.ts';
export { addresseesElsewhere } from './changes.ts';
export { makeCopiesHandler, type PostOptions, postCopiesHandler } from './copies.job.ts';
export { MAKE_COPIES, POST_COPIES } from './copies.ts';
export { SEEK_EVIDENCE, seekEvidenceHandler } from './evidence.ts';
export { endMailKeys, livingMailKeys, makeMailKey, shownMailKeys, useMailKey } from './mail-keys.ts';
export { type CampaignOptions, campaignOperations } from './operations.ts';
export { type CampaignJobOptions, PREPARE_CAMPAIGN, prepareCampaignHandler } from './prepare.ts';
export { PUBLISH_BATCHES } from './publish.ts';
export {
  aliasesMaildir,
  checksMaildir,
  decoysMaildir,
  type ReceiveOptions,
  reportsMaildir,
  startReceiver,
  TAKE_RETURNED,
  takeReturnedHandler,
} from './receive.ts';
export { CAMPAIGN_WINDOWS, campaignWindowsHandler } from './returns.ts';
export { SEND_CAMPAIGN, type SendOptions, sendCampaignHandler } from './send.ts';
export { canSend, mailRoutes, readMailing } from './settings.ts';
export { findCampaign, statementOf } from './show.ts';
export { isBatchWithdrawn } from './store.ts';
export type { Checking, Mailing, Reporting } from './types.ts';
export { keepingCertificates, takeWebhook, VENDORS, type WebhookOptions } from './webhooks.ts';
export { type CommittedBatch, committedBatches, Writers, writtenNotice } from './written.ts';
