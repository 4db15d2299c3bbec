"""The provider as a server: `-m tests.terraform.stub.server SOCKET` says "ready" and serves until its input ends.

The schema is made of the bindings on the first run and kept in the virtual environment.
"""

from __future__ import annotations

import fcntl
import hashlib
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import grpc
from tf.gen import tfplugin_pb2 as pb
from tf.gen.tfplugin_pb2_grpc import ProviderServicer, add_ProviderServicer_to_server

from tests.terraform.stub import bindings, schema
from tests.terraform.stub.values import answered, decoded, encoded, planned, presumed

MESSAGES = [("grpc.max_send_message_length", 1 << 28), ("grpc.max_receive_message_length", 1 << 28)]


def kept_schema() -> pb.GetProviderSchema.Response:
    """The schema, made once for all processes and as long as its makers do not change."""
    files = distribution("cdktf-cdktf-provider-google").files or ()
    archive = next(Path(str(file.locate())) for file in files if file.suffix == ".tgz")
    makers = b"".join(Path(str(module.__file__)).read_bytes() for module in (bindings, schema))
    kept = Path(sys.prefix) / f"google-schema-{hashlib.sha256(makers).hexdigest()[:12]}.pb"
    with (Path(sys.prefix) / "google-schema.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            half = kept.with_suffix(".half")
            half.write_bytes(schema.provider_schema(archive).SerializeToString())
            half.replace(kept)
    return pb.GetProviderSchema.Response.FromString(kept.read_bytes())


class Provider(ProviderServicer):  # type: ignore[misc]
    """Accepts what fits the schema (Terraform itself checks that) and plans it; nothing is ever created."""

    def __init__(self) -> None:
        self._schema = kept_schema()

    def GetProviderSchema(self, request: Any, context: Any) -> Any:
        return self._schema

    def ValidateProviderConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateProviderConfig.Response()

    def ValidateResourceConfig(self, request: Any, context: Any) -> Any:
        block = self._schema.resource_schemas[request.type_name].block
        names = presumed(block, decoded(request.config))
        errors = [pb.Diagnostic(severity="ERROR", summary=f"{name} is Google's to say") for name in names]
        return pb.ValidateResourceConfig.Response(diagnostics=errors)

    def ValidateDataResourceConfig(self, request: Any, context: Any) -> Any:
        return pb.ValidateDataResourceConfig.Response()

    def ConfigureProvider(self, request: Any, context: Any) -> Any:
        return pb.ConfigureProvider.Response()

    def PlanResourceChange(self, request: Any, context: Any) -> Any:
        proposed = decoded(request.proposed_new_state)
        block = self._schema.resource_schemas[request.type_name].block
        return pb.PlanResourceChange.Response(planned_state=encoded(proposed and planned(block, proposed)))

    def ReadDataSource(self, request: Any, context: Any) -> Any:
        block = self._schema.data_source_schemas[request.type_name].block
        state = answered(request.type_name, block, decoded(request.config))
        return pb.ReadDataSource.Response(state=encoded(state))

    def StopProvider(self, request: Any, context: Any) -> Any:
        return pb.StopProvider.Response()


def main(socket: str) -> None:
    """Serve until nobody holds the other end of our input any more: no server outlives its tests."""
    server = grpc.server(ThreadPoolExecutor(max_workers=8), options=MESSAGES)
    add_ProviderServicer_to_server(Provider(), server)
    server.add_insecure_port(f"unix://{socket}")
    server.start()
    print("ready", flush=True)
    sys.stdin.read()
    server.stop(None)


if __name__ == "__main__":
    main(sys.argv[1])
