"""Builders that tests of all folders share: repositories, agents at work, sessions."""
