DROP TABLE processor_lanes;
