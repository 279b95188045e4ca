-- f 4294967295: a recipient who was stated, not seen in a log, so that there is neither a view nor a time (-1).
INSERT INTO place_viewers
SELECT leak, host, item, seg, v, any(cls), countIf(f != 4294967295) AS lines,
       if(lines = 0, -1, minIf(t, f != 4294967295)), if(lines = 0, -1, maxIf(t, f != 4294967295))
FROM views
GROUP BY leak, host, item, seg, v
