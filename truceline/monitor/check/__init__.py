"""Findings: one incident against one provision, with its reasons."""
