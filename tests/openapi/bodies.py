"""How schemathesis sends the kinds of bodies that it has no words for itself."""

import json

import schemathesis


@schemathesis.serializer("application/x-tar")
def archive(context, value):
    """Drawn bytes as they are: hardly ever an archive, and always to be refused with a reason."""
    value = getattr(value, "data", value)
    return {"data": value if isinstance(value, bytes) else json.dumps(value).encode()}
