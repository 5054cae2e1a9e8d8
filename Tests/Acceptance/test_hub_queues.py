"""SQS of the hub: standard queues, after the service model and the documentation."""

import json
import threading
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.parse import urlencode

import pytest
from hub import fresh, pages, refused
from queues import digest, digest_of_attributes, older_client
from server import wait_until
from store import user_with

MISSING = "AWS.SimpleQueueService.NonExistentQueue"
INVALID = "InvalidParameterValue"
VALUE = "InvalidAttributeValue"
LONG = 15


@pytest.fixture(scope="module", params=["json", "query"])
def sqs(hub, request):
    """A client of each protocol."""
    return hub.client("sqs") if request.param == "json" else older_client(hub)


@pytest.fixture
def queue(sqs):
    return make(sqs)


def make(sqs, stem="q", tags=None, **attributes):
    """A new queue's URL."""
    texts = {name: str(value) for name, value in attributes.items()}
    return sqs.create_queue(QueueName=fresh(stem), Attributes=texts, tags=tags or {})["QueueUrl"]


def name_of(url):
    return url.rpartition("/")[2]


def attributes_of(sqs, url, *names):
    return sqs.get_queue_attributes(QueueUrl=url, AttributeNames=list(names) or ["All"]).get("Attributes", {})


def arn_of(sqs, url):
    return attributes_of(sqs, url, "QueueArn")["QueueArn"]


def counts(sqs, url):
    """Visible, in flight, delayed."""
    names = [f"ApproximateNumberOfMessages{kind}" for kind in ("", "NotVisible", "Delayed")]
    told = attributes_of(sqs, url, *names)
    return [int(told[name]) for name in names]


def send(sqs, url, *bodies, **more):
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=body, **more)


def receive(sqs, url, most=10, **more):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=most, **more).get("Messages", [])


def bodies(messages):
    return sorted(message["Body"] for message in messages)


def redrive(target, most):
    return json.dumps({"deadLetterTargetArn": target, "maxReceiveCount": most})


# -- queues -----------------------------------------------------------------------------------------------------------


def test_queue_is_made_and_found(hub, sqs):
    name = fresh("line")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    assert url == f"{hub.url}/{hub.account}/{name}"
    assert sqs.get_queue_url(QueueName=name)["QueueUrl"] == url
    assert sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId=hub.account)["QueueUrl"] == url
    with refused(MISSING):
        sqs.get_queue_url(QueueName=name, QueueOwnerAWSAccountId="999999999999")
    with refused(MISSING):
        sqs.get_queue_url(QueueName=fresh("nobody"))


def test_queue_is_what_it_was_told(hub, sqs):
    url = make(sqs, VisibilityTimeout=7, DelaySeconds=3)
    told = attributes_of(sqs, url)
    assert told["QueueArn"] == hub.arn("sqs", name_of(url))
    assert (told["VisibilityTimeout"], told["DelaySeconds"]) == ("7", "3")
    assert (told["MessageRetentionPeriod"], told["MaximumMessageSize"]) == ("345600", "262144")
    assert (told["ReceiveMessageWaitTimeSeconds"], told["SqsManagedSseEnabled"]) == ("0", "false")
    assert abs(int(told["CreatedTimestamp"]) - time.time()) < 600
    assert "RedrivePolicy" not in told and "Policy" not in told
    assert attributes_of(sqs, url, "DelaySeconds", "Policy") == {"DelaySeconds": "3"}
    assert sqs.get_queue_attributes(QueueUrl=url).get("Attributes", {}) == {}


def test_queue_is_told_otherwise(hub, sqs, queue):
    arn = hub.arn("sqs", name_of(queue))
    statement = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "1", "Policy": policy})
    told = attributes_of(sqs, queue)
    assert (told["VisibilityTimeout"], told["Policy"]) == ("1", policy)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": "", "DelaySeconds": "1"})
    told = attributes_of(sqs, queue)
    assert (told["VisibilityTimeout"], told["DelaySeconds"], told.get("Policy")) == ("1", "1", None)


def test_making_it_again_is_having_it(sqs):
    name = fresh("line")
    url = sqs.create_queue(QueueName=name, Attributes={"DelaySeconds": "3"})["QueueUrl"]
    for same in ({}, {"DelaySeconds": "3"}, {"DelaySeconds": "3", "VisibilityTimeout": "30"}):
        assert sqs.create_queue(QueueName=name, Attributes=same)["QueueUrl"] == url
    for other in ({"DelaySeconds": "4"}, {"VisibilityTimeout": "31"}):
        with refused("QueueAlreadyExists"):
            sqs.create_queue(QueueName=name, Attributes=other)


@pytest.mark.parametrize("name", ["", "a b", "ä", "a.b", "x" * 81])
def test_impossible_names_are_refused(sqs, name):
    with refused(INVALID):
        sqs.create_queue(QueueName=name)


@pytest.mark.parametrize("name, attributes", [("line.fifo", {}), ("line", {"FifoQueue": "true"})])
def test_fifo_is_refused(sqs, name, attributes):
    with refused("AWS.SimpleQueueService.UnsupportedOperation") as caught:
        sqs.create_queue(QueueName=fresh("x") + name, Attributes=attributes)
    assert "standard queues only" in str(caught.value)


@pytest.mark.parametrize(
    "name, value, code",
    [
        ("VisibilityTimeout", "43201", VALUE),
        ("VisibilityTimeout", "-1", VALUE),
        ("VisibilityTimeout", "soon", VALUE),
        ("DelaySeconds", "901", VALUE),
        ("MessageRetentionPeriod", "59", VALUE),
        ("MaximumMessageSize", "1048577", VALUE),
        ("ReceiveMessageWaitTimeSeconds", "21", VALUE),
        ("Policy", "{", VALUE),
        ("RedrivePolicy", "{}", VALUE),
        ("RedrivePolicy", redrive("arn:aws:sqs:us-east-1:1:elsewhere", 3), VALUE),
        ("RedriveAllowPolicy", '{"redrivePermission": "some"}', VALUE),
        ("KmsMasterKeyId", "alias/aws/sqs", VALUE),
        ("SqsManagedSseEnabled", "true", VALUE),
        ("Colour", "red", "InvalidAttributeName"),
        ("QueueArn", "arn", "InvalidAttributeName"),
    ],
)
def test_impossible_attributes_are_refused(sqs, queue, name, value, code):
    with refused(code):
        sqs.create_queue(QueueName=fresh("line"), Attributes={name: value})
    before = attributes_of(sqs, queue)
    with refused(code):
        sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "9"} | {name: value})
    assert attributes_of(sqs, queue) == before


def test_unknown_attribute_is_not_told(sqs, queue):
    with refused("InvalidAttributeName"):
        attributes_of(sqs, queue, "Colour")


def test_queues_are_listed(sqs):
    stem = fresh("listed")
    urls = [sqs.create_queue(QueueName=f"{stem}-{number}")["QueueUrl"] for number in range(5)]
    assert sqs.list_queues(QueueNamePrefix=stem)["QueueUrls"] == urls
    answers = list(pages(sqs.list_queues, "NextToken", QueueNamePrefix=stem, MaxResults=2))
    assert [len(answer["QueueUrls"]) for answer in answers] == [2, 2, 1]
    assert [url for answer in answers for url in answer["QueueUrls"]] == urls
    assert sqs.list_queues(QueueNamePrefix=fresh("none")).get("QueueUrls", []) == []
    assert set(urls) <= set(sqs.list_queues()["QueueUrls"])
    with refused(INVALID):
        sqs.list_queues(NextToken="x", MaxResults=1)
    with refused(INVALID):
        sqs.list_queues(MaxResults=1001)


def test_deleted_queue_is_gone(sqs, queue):
    send(sqs, queue, "a")
    sqs.delete_queue(QueueUrl=queue)
    calls = [
        (sqs.delete_queue, {}),
        (sqs.purge_queue, {}),
        (sqs.get_queue_attributes, {"AttributeNames": ["All"]}),
        (sqs.set_queue_attributes, {"Attributes": {"DelaySeconds": "1"}}),
        (sqs.send_message, {"MessageBody": "a"}),
        (sqs.send_message_batch, {"Entries": [{"Id": "1", "MessageBody": "a"}]}),
        (sqs.receive_message, {}),
        (sqs.delete_message, {"ReceiptHandle": "x"}),
        (sqs.delete_message_batch, {"Entries": [{"Id": "1", "ReceiptHandle": "x"}]}),
        (sqs.change_message_visibility, {"ReceiptHandle": "x", "VisibilityTimeout": 1}),
        (sqs.tag_queue, {"Tags": {"a": "b"}}),
        (sqs.untag_queue, {"TagKeys": ["a"]}),
        (sqs.list_queue_tags, {}),
        (sqs.list_dead_letter_source_queues, {}),
    ]
    for call, arguments in calls:
        with refused(MISSING):
            call(QueueUrl=queue, **arguments)
    # The name is free at once, and nothing of before is in it.
    again = sqs.create_queue(QueueName=name_of(queue))["QueueUrl"]
    assert again == queue and receive(sqs, again) == []


def test_address_is_read_for_account_and_name(hub, sqs, queue):
    elsewhere = f"https://queue.amazonaws.com/{hub.account}/{name_of(queue)}"
    send(sqs, elsewhere, "a")
    assert bodies(receive(sqs, queue)) == ["a"]
    with refused(MISSING):
        send(sqs, f"{hub.url}/999999999999/{name_of(queue)}", "a")
    with refused("InvalidAddress"):
        send(sqs, "nowhere", "a")


def test_exceptions_have_the_names_of_the_model(hub):
    """Newer clients are told the newer name beside the older one."""
    sqs = hub.client("sqs")
    with pytest.raises(sqs.exceptions.QueueDoesNotExist):
        sqs.get_queue_url(QueueName=fresh("nobody"))


def test_tags_come_and_go(sqs):
    url = make(sqs, tags={"line": "1", "plant": "north"})
    sqs.tag_queue(QueueUrl=url, Tags={"line": "2", "shift": ""})
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"line": "2", "plant": "north", "shift": ""}
    sqs.untag_queue(QueueUrl=url, TagKeys=["line", "shift", "other"])
    assert sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"plant": "north"}
    with refused(INVALID):
        sqs.tag_queue(QueueUrl=url, Tags={f"k{number}": "v" for number in range(50)})
    with refused(INVALID):
        sqs.tag_queue(QueueUrl=url, Tags={"x" * 129: "v"})
    sqs.untag_queue(QueueUrl=url, TagKeys=["plant"])
    assert sqs.list_queue_tags(QueueUrl=url).get("Tags", {}) == {}


# -- messages ---------------------------------------------------------------------------------------------------------


def test_message_comes_as_it_was_sent(sqs, queue):
    text = 'ä <a & "b"> \t\r\n 😀'
    attributes = {
        "station": {"DataType": "String", "StringValue": "press <1>"},
        "score.a": {"DataType": "Number.float", "StringValue": "0.93"},
        "thumb": {"DataType": "Binary.png", "BinaryValue": bytes(range(256))},
    }
    sent = sqs.send_message(QueueUrl=queue, MessageBody=text, MessageAttributes=attributes)
    assert (sent["MD5OfMessageBody"], sent["MD5OfMessageAttributes"]) == (digest(text), digest_of_attributes(attributes))
    (message,) = receive(sqs, queue, MessageAttributeNames=["All"])
    assert (message["Body"], message["MD5OfBody"], message["MessageId"]) == (text, digest(text), sent["MessageId"])
    assert message["MessageAttributes"] == attributes
    assert message["MD5OfMessageAttributes"] == digest_of_attributes(attributes)


def test_facts_of_a_message(hub, sqs, queue):
    trace = {"AWSTraceHeader": {"DataType": "String", "StringValue": "Root=1-2-3"}}
    before = time.time() * 1000
    sent = sqs.send_message(
        QueueUrl=queue, MessageBody="a", MessageGroupId="press-1", MessageSystemAttributes=trace
    )
    assert sent["MD5OfMessageSystemAttributes"] == digest_of_attributes(trace)
    (first,) = receive(sqs, queue, VisibilityTimeout=0, MessageSystemAttributeNames=["All"])
    (second,) = receive(sqs, queue, VisibilityTimeout=0, AttributeNames=["All"])
    facts = first["Attributes"]
    assert facts["SenderId"] == hub.client("sts").get_caller_identity()["UserId"]
    assert (facts["MessageGroupId"], facts["AWSTraceHeader"]) == ("press-1", "Root=1-2-3")
    assert before - 1000 <= int(facts["SentTimestamp"]) <= int(facts["ApproximateFirstReceiveTimestamp"])
    assert second["Attributes"] == facts | {"ApproximateReceiveCount": "2"} and facts["ApproximateReceiveCount"] == "1"
    assert first["ReceiptHandle"] != second["ReceiptHandle"]
    (third,) = receive(sqs, queue, MessageSystemAttributeNames=["SentTimestamp", "SequenceNumber"])
    assert third["Attributes"] == {"SentTimestamp": facts["SentTimestamp"]}
    assert "Attributes" not in receive(sqs, resent(sqs, queue))[0]
    with refused("InvalidAttributeName"):
        receive(sqs, queue, MessageSystemAttributeNames=["Colour"])


def resent(sqs, url):
    send(sqs, url, "again")
    return url


def test_what_is_in_a_message_stays_out_of_the_audit(hub, sqs, queue):
    word = fresh("classified")
    text = {"DataType": "String", "StringValue": word}
    send(sqs, queue, word, MessageAttributes={word: text}, MessageSystemAttributes={"AWSTraceHeader": text})
    wanted = [{"AttributeKey": "EventName", "AttributeValue": "SendMessage"}]

    def entry():
        rows = hub.client("cloudtrail").lookup_events(LookupAttributes=wanted)["Events"]
        return next((row["CloudTrailEvent"] for row in rows if name_of(queue) in row["CloudTrailEvent"]), None)

    told = wait_until(entry, "the entry", LONG)
    assert word not in told
    shown = json.loads(told)["requestParameters"]
    assert shown["QueueUrl"] == queue
    assert [shown[name] for name in ("MessageBody", "MessageAttributes", "MessageSystemAttributes")] == ["..."] * 3


def test_attributes_are_chosen_by_their_receiver(sqs, queue):
    attributes = {name: {"DataType": "String", "StringValue": name} for name in ("line.a", "line.b", "other")}
    send(sqs, queue, "a", MessageAttributes=attributes)
    for wanted, given in [
        ([], []),
        (["other"], ["other"]),
        (["line.*"], ["line.a", "line.b"]),
        (["line.a", "nothing"], ["line.a"]),
        ([".*"], ["line.a", "line.b", "other"]),
    ]:
        (message,) = receive(sqs, queue, VisibilityTimeout=0, MessageAttributeNames=wanted)
        chosen = {name: attributes[name] for name in given}
        assert message.get("MessageAttributes", {}) == chosen
        assert message.get("MD5OfMessageAttributes") == (digest_of_attributes(chosen) if chosen else None)


@pytest.mark.parametrize(
    "more, code",
    [
        ({"MessageBody": ""}, "MissingParameter"),
        ({"MessageBody": "a\x08"}, "InvalidMessageContents"),
        ({"MessageBody": "a\uffff"}, "InvalidMessageContents"),
        ({"MessageBody": "x" * 262_145}, INVALID),
        ({"DelaySeconds": 901}, INVALID),
        ({"DelaySeconds": -1}, INVALID),
        ({"MessageDeduplicationId": "1"}, INVALID),
        ({"MessageGroupId": "x" * 129}, INVALID),
        ({"MessageAttributes": {"AWS.x": {"DataType": "String", "StringValue": "a"}}}, INVALID),
        ({"MessageAttributes": {"x": {"DataType": "Text", "StringValue": "a"}}}, INVALID),
        ({"MessageAttributes": {"x": {"DataType": "Number", "StringValue": "a"}}}, INVALID),
        ({"MessageAttributes": {"x": {"DataType": "String", "StringValue": ""}}}, INVALID),
        (
            {"MessageAttributes": {f"x{n}": {"DataType": "String", "StringValue": "a"} for n in range(11)}},
            INVALID,
        ),
        ({"MessageSystemAttributes": {"Colour": {"DataType": "String", "StringValue": "a"}}}, INVALID),
    ],
    ids=range(14),
)
def test_impossible_messages_are_refused(sqs, queue, more, code):
    with refused(code):
        sqs.send_message(**{"QueueUrl": queue, "MessageBody": "a"} | more)
    assert counts(sqs, queue) == [0, 0, 0]


def test_size_counts_attributes_too(sqs):
    url = make(sqs, MaximumMessageSize=1024)
    attributes = {"x": {"DataType": "String", "StringValue": "a" * 17}}
    send(sqs, url, "b" * 1000, MessageAttributes=attributes)
    with refused(INVALID):
        send(sqs, url, "b" * 1001, MessageAttributes=attributes)
    large = make(sqs, MaximumMessageSize=1_048_576)
    send(sqs, large, "c" * 1_048_576)
    assert len(receive(sqs, large)[0]["Body"]) == 1_048_576


@pytest.mark.parametrize(
    "more",
    [
        {"MaxNumberOfMessages": 0},
        {"MaxNumberOfMessages": 11},
        {"VisibilityTimeout": 43_201},
        {"WaitTimeSeconds": 21},
        {"WaitTimeSeconds": -1},
    ],
)
def test_impossible_wishes_are_refused(sqs, queue, more):
    with refused(INVALID):
        sqs.receive_message(QueueUrl=queue, **more)


def test_no_more_than_wanted_and_each_once(sqs, queue):
    send(sqs, queue, *"abcdefghijkl")
    assert len(sqs.receive_message(QueueUrl=queue)["Messages"]) == 1
    assert len(receive(sqs, queue, 3)) == 3
    assert counts(sqs, queue) == [8, 4, 0]
    assert len(receive(sqs, queue)) == 8
    assert receive(sqs, queue) == [] and counts(sqs, queue) == [0, 12, 0]


def test_many_receivers_get_each_message_once(sqs, queue):
    for start in range(0, 50, 10):
        entries = [{"Id": str(n), "MessageBody": str(n)} for n in range(start, start + 10)]
        assert len(sqs.send_message_batch(QueueUrl=queue, Entries=entries)["Successful"]) == 10

    def drain(_):
        found = []
        while messages := receive(sqs, queue, 4):
            found += messages
        return found

    with ThreadPoolExecutor(6) as receivers:
        found = [message["Body"] for messages in receivers.map(drain, range(6)) for message in messages]
    assert sorted(map(int, found)) == list(range(50))


# -- visibility -------------------------------------------------------------------------------------------------------


def test_message_is_visible_again(sqs):
    url = make(sqs, VisibilityTimeout=1)
    send(sqs, url, "a")
    (first,) = receive(sqs, url)
    # A change of an older receive's is no news to whoever has it now.
    (second,) = wait_until(lambda: receive(sqs, url, VisibilityTimeout=600), "the message to be visible again")
    assert second["MessageId"] == first["MessageId"]
    with refused("ReceiptHandleIsInvalid"):
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=first["ReceiptHandle"], VisibilityTimeout=0)
    assert counts(sqs, url) == [0, 1, 0]
    sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=0)
    assert counts(sqs, url) == [1, 0, 0]
    with refused("AWS.SimpleQueueService.MessageNotInflight"):
        sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=second["ReceiptHandle"], VisibilityTimeout=9)
    assert bodies(receive(sqs, url)) == ["a"]


def test_message_is_delayed(sqs, queue):
    send(sqs, queue, "later", DelaySeconds=1)
    send(sqs, queue, "never", DelaySeconds=900)
    # The first may have come already, where the machine is slow.
    assert counts(sqs, queue)[2] in (1, 2)
    assert bodies(receive(sqs, queue, WaitTimeSeconds=LONG)) == ["later"]
    assert counts(sqs, queue) == [0, 1, 1]


def test_deleted_message_is_gone(sqs, queue):
    send(sqs, queue, "a", "b")
    older = {message["Body"]: message["ReceiptHandle"] for message in receive(sqs, queue, VisibilityTimeout=0)}
    newer = {message["Body"]: message["ReceiptHandle"] for message in receive(sqs, queue, VisibilityTimeout=0)}
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=newer["a"])
    # An older receipt does as well, and so does one of what is gone.
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=older["b"])
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=older["a"])
    assert counts(sqs, queue) == [0, 0, 0]
    with refused(INVALID):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=newer["a"], VisibilityTimeout=1)


@pytest.mark.parametrize("handle, code", [("x", "ReceiptHandleIsInvalid"), ("", "MissingParameter")])
def test_impossible_receipts_are_refused(sqs, queue, handle, code):
    with refused(code):
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    with refused(code):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=1)


def test_receipt_is_good_for_its_queue_alone(sqs, queue):
    send(sqs, queue, "a")
    (message,) = receive(sqs, queue)
    sqs.delete_message(QueueUrl=make(sqs), ReceiptHandle=message["ReceiptHandle"])
    assert counts(sqs, queue) == [0, 1, 0]
    with refused(INVALID):
        sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=43_201)


def test_purged_queue_is_empty(sqs, queue):
    send(sqs, queue, "a", "b", "c")
    (held,) = receive(sqs, queue, 1)
    sqs.purge_queue(QueueUrl=queue)
    assert counts(sqs, queue) == [0, 0, 0] and receive(sqs, queue) == []
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=held["ReceiptHandle"])
    send(sqs, queue, "d")
    assert bodies(receive(sqs, queue)) == ["d"]


# -- batches ----------------------------------------------------------------------------------------------------------


def test_batch_of_good_and_bad(sqs, queue):
    attributes = {"x": {"DataType": "String", "StringValue": "a"}}
    answer = sqs.send_message_batch(
        QueueUrl=queue,
        Entries=[
            {"Id": "good", "MessageBody": "a", "MessageAttributes": attributes},
            {"Id": "letters", "MessageBody": "\x01"},
            {"Id": "late", "MessageBody": "b", "DelaySeconds": 900},
            {"Id": "later", "MessageBody": "c", "DelaySeconds": 901},
            {"Id": "long", "MessageBody": "x" * 262_145},
        ],
    )
    good, late = answer["Successful"]
    assert (good["Id"], good["MD5OfMessageBody"]) == ("good", digest("a"))
    assert good["MD5OfMessageAttributes"] == digest_of_attributes(attributes)
    assert late["Id"] == "late"
    assert [(row["Id"], row["Code"], row["SenderFault"]) for row in answer["Failed"]] == [
        ("letters", "InvalidMessageContents", True),
        ("later", INVALID, True),
        ("long", INVALID, True),
    ]
    assert counts(sqs, queue) == [1, 0, 1]


def test_batch_of_deletions_and_changes(sqs, queue):
    send(sqs, queue, "a", "b")
    handles = {message["Body"]: message["ReceiptHandle"] for message in receive(sqs, queue)}
    changed = sqs.change_message_visibility_batch(
        QueueUrl=queue,
        Entries=[
            {"Id": "a", "ReceiptHandle": handles["a"], "VisibilityTimeout": 0},
            {"Id": "b", "ReceiptHandle": handles["b"], "VisibilityTimeout": 43_201},
            {"Id": "c", "ReceiptHandle": "x", "VisibilityTimeout": 0},
        ],
    )
    assert changed["Successful"] == [{"Id": "a"}]
    assert [(row["Id"], row["Code"]) for row in changed["Failed"]] == [("b", INVALID), ("c", "ReceiptHandleIsInvalid")]
    assert counts(sqs, queue) == [1, 1, 0]
    deleted = sqs.delete_message_batch(
        QueueUrl=queue,
        Entries=[{"Id": body, "ReceiptHandle": handle} for body, handle in handles.items()]
        + [{"Id": "x", "ReceiptHandle": "x"}],
    )
    assert sorted(row["Id"] for row in deleted["Successful"]) == ["a", "b"]
    assert [row["Code"] for row in deleted["Failed"]] == ["ReceiptHandleIsInvalid"]
    assert counts(sqs, queue) == [0, 0, 0]


@pytest.mark.parametrize(
    "names, code",
    [
        ([], "EmptyBatchRequest"),
        ([str(number) for number in range(11)], "TooManyEntriesInBatchRequest"),
        (["1", "1"], "BatchEntryIdsNotDistinct"),
        (["a b"], "InvalidBatchEntryId"),
        (["x" * 81], "InvalidBatchEntryId"),
    ],
    ids=["empty", "many", "twice", "letters", "long"],
)
def test_impossible_batches_are_refused(sqs, queue, names, code):
    for call, entry in (
        (sqs.send_message_batch, {"MessageBody": "a"}),
        (sqs.delete_message_batch, {"ReceiptHandle": "x"}),
        (sqs.change_message_visibility_batch, {"ReceiptHandle": "x", "VisibilityTimeout": 1}),
    ):
        with refused(f"AWS.SimpleQueueService.{code}"):
            call(QueueUrl=queue, Entries=[{"Id": name} | entry for name in names])


def test_batch_is_too_long(sqs, queue):
    entries = [{"Id": str(number), "MessageBody": "x" * 262_144} for number in range(5)]
    with refused("AWS.SimpleQueueService.BatchRequestTooLong"):
        sqs.send_message_batch(QueueUrl=queue, Entries=entries)
    assert counts(sqs, queue) == [0, 0, 0]


# -- waiting ----------------------------------------------------------------------------------------------------------


def test_waiting_receiver_is_woken_by_a_message(sqs, queue):
    def later():
        # By then the receiver waits, or finds the message at once: either is well.
        time.sleep(0.3)
        send(sqs, queue, "a")

    sender = threading.Thread(target=later)
    begin = time.monotonic()
    sender.start()
    assert bodies(receive(sqs, queue, WaitTimeSeconds=LONG)) == ["a"]
    assert time.monotonic() - begin < LONG / 2
    sender.join()


def test_waiting_receiver_is_woken_by_visibility(sqs):
    """Also where the queue says that its receivers wait."""
    url = make(sqs, VisibilityTimeout=1, ReceiveMessageWaitTimeSeconds=LONG)
    send(sqs, url, "a")
    begin = time.monotonic()
    assert bodies(receive(sqs, url)) == bodies(receive(sqs, url)) == ["a"]
    assert time.monotonic() - begin < LONG / 2


def test_waiting_ends_with_nothing(sqs, queue):
    begin = time.monotonic()
    assert receive(sqs, queue, WaitTimeSeconds=1) == []
    assert time.monotonic() - begin > 0.9


def test_few_may_wait_and_the_others_are_answered(hub):
    """So many that wait would else hold every worker that the hub has. The others do not spin."""
    sqs = hub.client("sqs")
    queue = make(sqs)
    spans = []

    def wait_long():
        begin = time.monotonic()
        messages = receive(sqs, queue, 1, WaitTimeSeconds=LONG)
        spans.append((time.monotonic() - begin, messages))
        return messages

    with ThreadPoolExecutor(12) as pool:
        receivers = [pool.submit(wait_long) for _ in range(12)]
        wait_until(lambda: sum(receiver.done() for receiver in receivers) >= 4, "those without a seat", LONG - 5)
        assert not any(receiver.result() for receiver in receivers if receiver.done())
        begin = time.monotonic()
        send(sqs, queue, *"abcdefgh")
        wait(receivers)
        assert time.monotonic() - begin < LONG / 2
    assert bodies([message for receiver in receivers for message in receiver.result()]) == list("abcdefgh")
    assert min(span for span, messages in spans if not messages) > 0.9


def test_receive_that_finds_nothing_is_not_in_the_audit(hub, sqs):
    """Whoever waits for messages asks day and night."""
    queue = make(sqs)
    assert receive(sqs, queue) == []
    with refused(INVALID):
        receive(sqs, queue, 11)
    send(sqs, queue, "a")
    assert bodies(receive(sqs, queue)) == ["a"]
    arguments = {"LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "ReceiveMessage"}]}
    answers = pages(hub.client("cloudtrail").lookup_events, "NextToken", **arguments)
    entries = [json.loads(event["CloudTrailEvent"]) for answer in answers for event in answer["Events"]]
    own = [entry for entry in entries if entry["requestParameters"].get("QueueUrl") == queue]
    assert [entry.get("errorCode") for entry in own] == [None, INVALID]


def test_closing_hub_sends_receivers_away(make_hub):
    """With an answer, and before the doors would be closed on them."""
    hub = make_hub()
    sqs = hub.client("sqs")
    queue = make(sqs)
    ended = []

    def wait_long():
        ended.append((receive(sqs, queue, WaitTimeSeconds=20), time.monotonic()))

    receiver = threading.Thread(target=wait_long)
    receiver.start()
    # By then it waits; nothing tells.
    time.sleep(0.5)
    begin = time.monotonic()
    assert hub.stop() == 0
    receiver.join()
    ((messages, end),) = ended
    assert messages == [] and 0 < end - begin < 1.9


# -- dead letters -----------------------------------------------------------------------------------------------------


def test_dead_letters_go_to_their_queue(sqs):
    dead = make(sqs, "dead")
    url = make(sqs, RedrivePolicy=redrive(arn_of(sqs, dead), 2))
    assert json.loads(attributes_of(sqs, url)["RedrivePolicy"])["maxReceiveCount"] == 2
    assert sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url]
    assert sqs.list_dead_letter_source_queues(QueueUrl=url).get("queueUrls", []) == []
    send(sqs, url, "bad", MessageAttributes={"x": {"DataType": "String", "StringValue": "y"}})
    for _ in range(2):
        assert bodies(receive(sqs, url, VisibilityTimeout=0)) == ["bad"]
    assert receive(sqs, url) == [] and counts(sqs, url) == [0, 0, 0]
    (message,) = receive(sqs, dead, MessageAttributeNames=["All"], MessageSystemAttributeNames=["All"])
    assert message["Body"] == "bad" and message["MessageAttributes"]["x"]["StringValue"] == "y"
    assert message["Attributes"]["DeadLetterQueueSourceArn"] == arn_of(sqs, url)
    assert message["Attributes"]["ApproximateReceiveCount"] == "3"


def test_receiver_of_dead_letters_is_woken(sqs):
    dead = make(sqs, "dead")
    url = make(sqs, RedrivePolicy=redrive(arn_of(sqs, dead), 1))
    send(sqs, url, "bad")
    receive(sqs, url, VisibilityTimeout=0)

    def later():
        time.sleep(0.3)
        receive(sqs, url)

    other = threading.Thread(target=later)
    begin = time.monotonic()
    other.start()
    assert bodies(receive(sqs, dead, WaitTimeSeconds=LONG)) == ["bad"]
    assert time.monotonic() - begin < LONG / 2
    other.join()


def test_queue_says_whose_dead_letters_it_takes(hub, sqs):
    name = fresh("source")
    allowed = {"redrivePermission": "byQueue", "sourceQueueArns": [hub.arn("sqs", name)]}
    dead = make(sqs, "dead", RedriveAllowPolicy=json.dumps(allowed))
    policy = {"RedrivePolicy": redrive(arn_of(sqs, dead), 1)}
    sqs.create_queue(QueueName=name, Attributes=policy)
    with refused(VALUE):
        sqs.create_queue(QueueName=fresh("other"), Attributes=policy)


def test_sources_of_dead_letters_are_listed(sqs):
    dead = make(sqs, "dead")
    urls = sorted(make(sqs, RedrivePolicy=redrive(arn_of(sqs, dead), 1)) for _ in range(3))
    answers = list(pages(sqs.list_dead_letter_source_queues, "NextToken", QueueUrl=dead, MaxResults=2))
    assert [len(answer["queueUrls"]) for answer in answers] == [2, 1]
    assert sorted(url for answer in answers for url in answer["queueUrls"]) == urls


# -- the disk, leave, and the wire ------------------------------------------------------------------------------------


def test_everything_survives_a_kill(make_hub):
    hub = make_hub()
    sqs = hub.client("sqs")
    queue = make(sqs, VisibilityTimeout=600, tags={"line": "1"})
    send(sqs, queue, *"abc")
    held, gone = receive(sqs, queue, 2)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=gone["ReceiptHandle"])
    hub.restart_killed()
    sqs = hub.client("sqs")
    assert counts(sqs, queue) == [1, 1, 0]
    assert bodies(receive(sqs, queue)) == ["c"]
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=held["ReceiptHandle"])
    assert counts(sqs, queue) == [0, 1, 0]
    assert sqs.list_queue_tags(QueueUrl=queue)["Tags"] == {"line": "1"}


def test_leave_is_asked_for_by_queue(hub):
    """A batch needs the same leave as one of its entries."""
    own, other = make(hub.client("sqs"), "own"), make(hub.client("sqs"), "other")
    leave = {"Effect": "Allow", "Action": ["sqs:SendMessage"], "Resource": hub.arn("sqs", name_of(own))}
    sqs = hub.client("sqs", **user_with(hub, leave))
    send(sqs, own, "a")
    sqs.send_message_batch(QueueUrl=own, Entries=[{"Id": "1", "MessageBody": "b"}])
    for call in (
        lambda: send(sqs, other, "a"),
        lambda: sqs.send_message_batch(QueueUrl=other, Entries=[{"Id": "1", "MessageBody": "b"}]),
        lambda: receive(sqs, own),
        lambda: sqs.purge_queue(QueueUrl=own),
        lambda: sqs.list_queues(),
    ):
        with refused("AccessDenied"):
            call()
    assert counts(hub.client("sqs"), own) == [2, 0, 0]


def ask_form(hub, path="/", **parameters):
    """A form as people write them by hand."""
    body = urlencode({"Version": "2012-11-05"} | {name.replace("_", "."): value for name, value in parameters.items()})
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return hub.raw(path=path, headers=hub.sign("sqs", path=path, headers=headers, body=body.encode()), body=body.encode())


def test_form_is_sent_to_the_address_of_a_queue(hub):
    sqs = hub.client("sqs")
    queue = make(sqs)
    path = queue.removeprefix(hub.url)
    reply = ask_form(hub, path, Action="SendMessage", MessageBody="a <b>")
    assert reply.status_code == 200, reply.text
    reply = ask_form(hub, path, Action="ReceiveMessage", AttributeName_1="SenderId", MaxNumberOfMessages=10)
    root = ElementTree.fromstring(reply.content)
    space = root.tag[: root.tag.index("}") + 1]
    (message,) = root.findall(f"{space}ReceiveMessageResult/{space}Message")
    assert message.findtext(f"{space}Body") == "a <b>"
    assert message.findtext(f"{space}Attribute/{space}Name") == "SenderId"
    assert ask_form(hub, path, Action="DeleteQueue").status_code == 200
    reply = ask_form(hub, path, Action="DeleteQueue")
    assert reply.status_code == 400 and f"<Code>{MISSING}</Code>" in reply.text


def test_refusal_in_json_has_both_codes(hub):
    body = json.dumps({"QueueName": fresh("nobody")}).encode()
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.GetQueueUrl"}
    reply = hub.raw(headers=hub.sign("sqs", headers=headers, body=body), body=body)
    assert reply.status_code == 400
    assert reply.json()["__type"].rpartition("#")[2] == "QueueDoesNotExist"
    assert reply.headers["x-amzn-query-error"] == f"{MISSING};Sender"
    assert reply.headers["Content-Type"] == "application/x-amz-json-1.0"
