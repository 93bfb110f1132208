"""Recordings: one start each as a folder with a manifest, its artefacts and its milestones."""

from coldstart_lab.recording.artefacts import store_artefact
from coldstart_lab.recording.manifest import (
    milestone,
    new_manifest,
    new_recording_id,
    new_set_manifest,
    read_manifest,
    timestamp,
    write_manifest,
)
from coldstart_lab.recording.probes import describe_http, describe_port, describe_text

__all__ = [
    "describe_http",
    "describe_port",
    "describe_text",
    "milestone",
    "new_manifest",
    "new_recording_id",
    "new_set_manifest",
    "read_manifest",
    "store_artefact",
    "timestamp",
    "write_manifest",
]
