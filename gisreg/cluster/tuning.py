"""PostgreSQL's settings for this machine: memory and planner from its RAM and cores.

Choices that are not about size:

* ``wal_level = minimal`` with no WAL senders: one machine, no replica of a private cluster. Bulk loads into tables made
  in the same transaction then skip the WAL. Backups are ``gisreg db backup`` (pg_dump); whoever needs replicas or
  point-in-time recovery runs a server of their own and sets GISREG_DATABASE_URL.
* commits wait for the disk (``synchronous_commit`` and ``fsync`` stay on): nothing confirmed is lost in a crash.
* ``jit = off``: compiling costs more than it saves on the registry's statements.
* the collation is C (set when the database is made): codes sort by their bytes, which is what UTF-8 order is, faster.
* ``wal_buffers`` of up to 64 MB: what writes a million rows takes a tenth less than with PostgreSQL's own 16.
* ``random_page_cost = 1.1``: SSDs, and a county mostly fits into memory.
"""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

MIB = 1024 * 1024
GIB = 1024 * MIB


def machine_memory() -> int:
    """Bytes of memory this process may count on: the machine's, or its container's if that is less."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    limit = Path("/sys/fs/cgroup/memory.max")
    text = limit.read_text().strip() if limit.exists() else "max"
    return min(total, int(text)) if text.isdigit() else total


def machine_cores() -> int:
    """Cores this process may run on."""
    return len(os.sched_getaffinity(0))


def tuned(memory: int, cores: int) -> dict[str, str]:
    """Memory and planner settings for a machine of this size."""
    workers = max(1, min(cores, 4))
    return {
        "shared_buffers": _mib(memory / 4, 128 * MIB, 8 * GIB),
        "effective_cache_size": _mib(memory * 0.6, 256 * MIB, 64 * GIB),
        "work_mem": _mib(memory / 256, 8 * MIB, 128 * MIB),
        "maintenance_work_mem": _mib(memory / 16, 64 * MIB, 2 * GIB),
        "random_page_cost": "1.1",
        "effective_io_concurrency": "200",
        "jit": "off",
        "max_connections": "60",
        "max_worker_processes": str(max(8, 2 * cores)),
        "max_parallel_workers": str(max(2, cores)),
        "max_parallel_workers_per_gather": str(workers),
        "max_parallel_maintenance_workers": str(max(1, min(cores - 1, 4))),  # the leader works too
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "wal_buffers": _mib(memory / 128, 4 * MIB, 64 * MIB),
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "timezone": "'Asia/Shanghai'",
        "dynamic_shared_memory_type": "posix" if _roomy_shm(memory) else "sysv",
    }


def conf_text(port: int, socket_dir: Path, overrides: Mapping[str, str]) -> str:
    """The text of ``gisreg.conf``, which ``postgresql.conf`` includes; rewritten at each start."""
    fixed = {
        "listen_addresses": "'127.0.0.1'",
        "port": str(port),
        "unix_socket_directories": _quoted(str(socket_dir)),
        "unix_socket_permissions": "0700",
        "password_encryption": "'scram-sha-256'",
        "cluster_name": "'gisreg'",
        "logging_collector": "on",
        "log_directory": "'../log'",
        "log_filename": "'postgresql-%a.log'",
        "log_truncate_on_rotation": "on",
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_line_prefix": "'%m [%p] %u@%d '",
        "lc_messages": "'C'",
    }
    head = "# Written by gisreg at each start. Own settings go into local.conf beside this file; they win over these.\n"
    own = "include_if_exists = 'local.conf'\n"
    return head + _lines(tuned(machine_memory(), machine_cores()) | dict(overrides)) + own + _lines(fixed)


def _roomy_shm(memory: int) -> bool:
    """Containers often have a /dev/shm of 64 MB, in which parallel queries die; System V memory has no such bound."""
    try:
        return shutil.disk_usage("/dev/shm").total > min(memory // 8, GIB)  # noqa: S108 - the kernel's, not ours
    except OSError:
        return False


def _lines(values: Mapping[str, str]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in values.items())


def _mib(wanted: float, least: int, most: int) -> str:
    return f"{int(min(max(wanted, least), most)) // MIB}MB"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
