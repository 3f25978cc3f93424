"""Graded supervision (分级分类监管): classes by rule, yearly plans, draws that anyone can recompute, inspections.

Invariant: a class decides how often somebody is looked at and nothing else: it is no ground of a measure, and natural persons,
sole traders among them, have none. Nothing is inspected that is not in the published list.
"""
