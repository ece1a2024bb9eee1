-- Is the demonstration county there, how was it made, and did its last step (which writes the parties) end?
SELECT
    EXISTS (SELECT FROM county WHERE code = :county) AS county,
    (SELECT mapping -> 'demo' FROM batch WHERE county_code = :county AND mapping ? 'demo' LIMIT 1) AS demo,
    EXISTS (SELECT FROM party WHERE county_code = :county AND name = '示例县人民法院') AS whole
