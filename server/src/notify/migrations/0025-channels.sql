-- When it was first tried to hand a message over, since the last time that a person asked for it: whom no server takes for days
-- is told otherwise. `state_at` begins anew with each attempt.
ALTER TABLE campaign_messages ADD COLUMN first_at timestamptz(3);
UPDATE campaign_messages m SET first_at = e.at
  FROM (SELECT campaign, n, min(at) AS at FROM campaign_events GROUP BY campaign, n) e
 WHERE e.campaign = m.campaign AND e.n = m.n;

-- How many messages were released, and how many came back for good or were complained of: asked for with each return.
ALTER TABLE campaigns
  ADD COLUMN tried int4 NOT NULL DEFAULT 0,
  ADD COLUMN returned int4 NOT NULL DEFAULT 0;
UPDATE campaigns c SET
  tried = (SELECT count(*) FROM campaign_messages m WHERE m.campaign = c.id AND m.attempts > 0),
  returned = (SELECT count(DISTINCT r.n) FROM campaign_returns r
    WHERE r.campaign = c.id AND r.meaning IN ('address-dead', 'blocked-by-policy', 'complaint'));
