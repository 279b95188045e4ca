-- A code that somebody asks about is found among all messages of its campaign.
CREATE INDEX campaign_messages_code ON campaign_messages (campaign, code) WHERE code IS NOT NULL;
