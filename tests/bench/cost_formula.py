"""From what is used to what it costs: one list of billed quantities, each with its price and its free allowance."""

from __future__ import annotations

from dataclasses import dataclass, fields

from tests.bench.cost_prices import DAYS, GIB, TIB, prices


@dataclass(frozen=True, slots=True)
class Use:
    """Billed quantities: of one message, or of a month."""

    vcpu_seconds: float = 0
    gib_seconds: float = 0
    requests: float = 0
    reads: float = 0
    writes: float = 0
    deletes: float = 0
    pubsub_bytes: float = 0
    operations: float = 0
    """Of Cloud Tasks."""
    secret_accesses: float = 0
    egress_kb: float = 0
    log_kb: float = 0
    jobs: float = 0
    secret_versions: float = 0
    image_gb: float = 0
    data_gib: float = 0
    recovery_gib: float = 0
    """Of data whose past states are kept, for point-in-time recovery."""

    def __add__(self, other: Use) -> Use:
        """Both together."""
        return Use(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Use)))

    def __mul__(self, times: float) -> Use:
        """So many times."""
        return Use(*(getattr(self, one.name) * times for one in fields(Use)))


@dataclass(frozen=True, slots=True)
class Rate:
    """What one unit of a quantity costs, how many are free a month, and under which heading it is shown."""

    part: str
    price: float
    free: float = 0


def rates() -> dict[str, Rate]:
    """A rate for each field of `Use`."""
    table = prices()
    run, store, bus, tasks = table["run"], table["firestore"], table["pubsub"], table["tasks"]
    keys, log, egress, images = table["secrets"], table["logging"], table["egress"], table["registry"]
    per_kib = GIB / 1024
    return {
        "vcpu_seconds": Rate("CPU", run["vcpu_second"], run["free_vcpu_seconds"]),
        "gib_seconds": Rate("memory", run["gib_second"], run["free_gib_seconds"]),
        "requests": Rate("requests", run["request"], run["free_requests"]),
        "reads": Rate("Firestore", store["read"], store["free_reads_a_day"] * DAYS),
        "writes": Rate("Firestore", store["write"], store["free_writes_a_day"] * DAYS),
        "deletes": Rate("Firestore", store["delete"], store["free_deletes_a_day"] * DAYS),
        "pubsub_bytes": Rate("Pub/Sub", bus["tib"] / TIB, bus["free_gib"] * GIB),
        "operations": Rate("tasks", tasks["operation"], tasks["free_operations"]),
        "secret_accesses": Rate("secrets", keys["access"], keys["free_accesses"]),
        "egress_kb": Rate("egress", egress["gib"] / per_kib, egress["free_gib"] * per_kib),
        "log_kb": Rate("logs", log["gib"] / per_kib, log["free_gib"] * per_kib),
        "jobs": Rate("scheduler", table["scheduler"]["job_month"], table["scheduler"]["free_jobs"]),
        "secret_versions": Rate("secrets", keys["version_month"], keys["free_versions"]),
        "image_gb": Rate("images", images["gb_month"], images["free_gb"]),
        "data_gib": Rate("storage", store["gib_month"], store["free_gib"]),
        "recovery_gib": Rate("storage", store["pitr_gib_month"]),
    }


def bill(use: Use, *, is_free: bool = False) -> dict[str, float]:
    """Dollars by heading. `is_free`: after the free allowances of a month, all of them ours."""
    parts: dict[str, float] = {}
    for name, rate in rates().items():
        paid = max(getattr(use, name) - (rate.free if is_free else 0), 0)
        parts[rate.part] = parts.get(rate.part, 0.0) + paid * rate.price
    return parts


def dollars(use: Use, *, is_free: bool = False) -> float:
    """The sum of the bill."""
    return sum(bill(use, is_free=is_free).values())


def pubsub_bytes(messages: float) -> float:
    """Of pointers under 1 kB: each is billed when it is published and when it is delivered."""
    return messages * 2 * prices()["pubsub"]["least_bytes"]


def model_dollars(tokens_in: float, tokens_out: float) -> float:
    """Of the small model."""
    model = prices()["model"]
    return (tokens_in * model["input_million"] + tokens_out * model["output_million"]) / 1e6


def min_instance_month(vcpu: float, gib: float) -> float:
    """One instance that is kept though nobody calls, a month."""
    run = prices()["run"]
    return _second_to_month(vcpu * run["idle_vcpu_second"] + gib * run["idle_gib_second"])


def worker_pool_month(vcpu: float, gib: float) -> float:
    """One instance of a worker pool, a month."""
    pool = prices()["worker_pool"]
    return _second_to_month(vcpu * pool["vcpu_second"] + gib * pool["gib_second"])


def open_hour(vcpu: float, gib: float) -> float:
    """An hour in which an instance has at least one request under way."""
    run = prices()["run"]
    return 3600 * (vcpu * run["vcpu_second"] + gib * run["gib_second"])


def _second_to_month(price: float) -> float:
    return price * DAYS * 86_400
