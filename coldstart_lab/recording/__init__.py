"""Recordings: one start each as a folder with a manifest, its artefacts and its milestones."""

from coldstart_lab.recording.artefacts import read_artefact, store_artefact
from coldstart_lab.recording.evidence import missing_evidence, missing_in_log
from coldstart_lab.recording.manifest import (
    milestone,
    new_manifest,
    new_recording_id,
    new_set_manifest,
    read_manifest,
    timestamp,
    write_manifest,
)
from coldstart_lab.recording.milestones import find_milestones, merge_milestones
from coldstart_lab.recording.opening import open_recording, open_recording_set
from coldstart_lab.recording.probes import describe_http, describe_port, describe_text
from coldstart_lab.recording.recording import Damage, Recording
from coldstart_lab.recording.recording_set import RecordingSet

__all__ = [
    "Damage",
    "Recording",
    "RecordingSet",
    "describe_http",
    "describe_port",
    "describe_text",
    "find_milestones",
    "merge_milestones",
    "milestone",
    "missing_evidence",
    "missing_in_log",
    "new_manifest",
    "new_recording_id",
    "new_set_manifest",
    "open_recording",
    "open_recording_set",
    "read_artefact",
    "read_manifest",
    "store_artefact",
    "timestamp",
    "write_manifest",
]
