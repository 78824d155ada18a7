"""The story that ``treadle demo`` tells, and the stage it is played on."""
