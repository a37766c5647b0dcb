"""Are the rules of examples/prometheus rules, and of metrics that there are?

	rules.py PKIFS-ALERTS.YML PROMETHEUS.YML FORMAT.METRICS
"""
import re
import sys

import yaml

FUNCTIONS = {"time", "increase", "predict_linear", "rate", "sum", "by"}


def known(path):
    """Each metric with its labels."""
    with open(path, encoding="utf-8") as file:
        return {m[1]: set(filter(None, (m[2] or "").split(",")))
                for m in re.finditer(r"^(pkifs_\w+)(?:\{([^}]*)\})?  "
                                     r"(?:gauge|counter)$",
                                     file.read(), re.M)}


def check_expression(text, metrics):
    if text.count("(") != text.count(")"):
        raise ValueError("brackets")
    bare = re.sub(r'"[^"]*"', '""', text)
    for name, labels in re.findall(r"\b(pkifs_\w+|up)\b(?:\{([^}]*)\})?",
                                   bare):
        if name != "up" and name not in metrics:
            raise ValueError(f"there is no {name}")
        for label in re.findall(r"(\w+)\s*(?:=~|!~|!=|=)", labels):
            if name != "up" and label not in metrics[name]:
                raise ValueError(f"{name} has no {label}")
    for word in re.findall(r"[a-zA-Z_]\w*(?=\s*\()", bare):
        if word not in FUNCTIONS:
            raise ValueError(f"the function {word}")


def check_rule(rule, metrics):
    if set(rule) - {"alert", "expr", "for", "labels", "annotations"}:
        raise ValueError(f"keys: {list(rule)}")
    if not re.fullmatch(r"Pkifs\w+", rule["alert"]):
        raise ValueError("its name")
    if not re.fullmatch(r"\d+[smhd]", rule.get("for", "1m")):
        raise ValueError("for how long")
    if rule["labels"]["severity"] not in ("page", "ticket"):
        raise ValueError("its severity")
    used = re.findall(r"\$labels\.(\w+)", rule["annotations"]["summary"])
    check_expression(rule["expr"], metrics)
    name = re.search(r"pkifs_\w+|up", rule["expr"])[0]
    for label in used:
        if label != "instance" and label not in metrics[name]:
            raise ValueError(f"{name} has no {label} to tell of")


def main(rules, config, names):
    metrics = known(names)
    with open(rules, encoding="utf-8") as file:
        groups = yaml.safe_load(file)["groups"]
    seen = set()
    for rule in (r for g in groups for r in g["rules"]):
        try:
            check_rule(rule, metrics)
        except (KeyError, ValueError) as fault:
            sys.exit(f"{rules}: {rule.get('alert')}: {fault}")
        seen.add(rule["alert"])
    if len(seen) < 10 or len(seen) != sum(len(g["rules"]) for g in groups):
        sys.exit(f"{rules}: {sorted(seen)}")
    with open(config, encoding="utf-8") as file:
        job = yaml.safe_load(file)["scrape_configs"][0]
    if job["metrics_path"] != "/status/metrics.prom":
        sys.exit(f"{config}: {job['metrics_path']}")


main(*sys.argv[1:])
