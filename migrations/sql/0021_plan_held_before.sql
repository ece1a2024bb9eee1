-- After the read model no longer asks it.
DROP TABLE plan_held;
