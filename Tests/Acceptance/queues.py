"""Clients of the hub's queues in both protocols that are spoken to them, and what their answers are held against."""

import hashlib
import struct

import boto3
from botocore.config import Config
from hub import ONE_TRY, REGION

BATCHES = ("SendMessageBatch", "DeleteMessageBatch", "ChangeMessageVisibilityBatch")
LISTS = {
    "AttributeNameList": "AttributeName",
    "MessageSystemAttributeList": "MessageSystemAttributeName",
    "MessageAttributeNameList": "MessageAttributeName",
    "TagKeyList": "TagKey",
    "QueueUrlList": "QueueUrl",
    "MessageList": "Message",
    "BatchResultErrorEntryList": "BatchResultErrorEntry",
} | {f"{batch}{kind}EntryList": f"{batch}{kind}Entry" for batch in BATCHES for kind in ("Request", "Result")}
MAPS = {
    "QueueAttributeMap": ("Name", "Value", "Attribute"),
    "MessageSystemAttributeMap": ("Name", "Value", "Attribute"),
    "MessageBodyAttributeMap": ("Name", "Value", "MessageAttribute"),
    "MessageBodySystemAttributeMap": ("Name", "Value", "MessageSystemAttribute"),
    "TagMap": ("Key", "Value", "Tag"),
}


def older_client(hub):
    """A client that sends forms, as those did that were made before SQS spoke JSON: AWS CLI 2.9 for one.

    Today's model with the names on the wire that the older one had.
    """
    session = boto3.session.Session()
    model = session._session.get_component("data_loader").load_service_model("sqs", "service-2")
    model["metadata"].update(protocol="query", protocols=["query"])
    model["metadata"].pop("awsQueryCompatible")
    for operation in model["operations"].values():
        if "output" in operation:
            operation["output"]["resultWrapper"] = operation["name"] + "Result"
    for name, shape in model["shapes"].items():
        if name in LISTS:
            shape["member"]["locationName"] = LISTS[name]
        if name in MAPS:
            shape["key"]["locationName"], shape["value"]["locationName"], _ = MAPS[name]
        for member in shape.get("members", {}).values():
            if member["shape"] in MAPS:
                member["locationName"] = MAPS[member["shape"]][2]
    return session.client(
        "sqs", endpoint_url=hub.url, region_name=REGION, config=ONE_TRY.merge(Config()), **hub.key
    )


def digest(text):
    return hashlib.md5(text.encode()).hexdigest()


def digest_of_attributes(attributes):
    """The digest as the developer's guide writes it down, of attributes as boto3 has them."""
    hashed = hashlib.md5()

    def add(part):
        hashed.update(struct.pack(">I", len(part)) + part)

    for name, attribute in sorted(attributes.items()):
        add(name.encode())
        add(attribute["DataType"].encode())
        if "BinaryValue" in attribute:
            hashed.update(b"\x02")
            add(attribute["BinaryValue"])
        else:
            hashed.update(b"\x01")
            add(attribute["StringValue"].encode())
    return hashed.hexdigest()
