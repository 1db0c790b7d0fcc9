"""What AWS documents: one function per rule, its facts beside it."""

from constructs_lib.rules._rule import (
    Finding,
    NotApplicable,
    Remark,
    Rule,
    Severity,
    advice,
    all_rules,
    rule,
    rule_by_id,
)

__all__ = ["Finding", "NotApplicable", "Remark", "Rule", "Severity", "advice", "all_rules", "rule", "rule_by_id"]
