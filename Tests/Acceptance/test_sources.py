"""What can be served and how it is found: files, folders, archives, settings. Requirements serve-models-1 to 4; C06."""

import shutil
import tarfile

import fixtures
import pytest
from samples import IRIS_NAMES, IRIS_ROWS, pixels


def active(server):
    return server.get("/healthz").json()["active_model"]


def score(server):
    return server.post("/infer", json={"tensor": pixels(0.25)}).json()["score"]


def predicted(server):
    reply = server.post("/invocations", json={"instances": IRIS_ROWS})
    return [prediction["predicted_class"] for prediction in reply.json()["predictions"]]


def names(server):
    return {entry["name"] for entry in server.post("/v2/repository/index").json()}


def test_a_file_is_served_under_its_name(start, models):
    """serve: PATH is a model file"""
    with start(models / "inspect.onnx") as server:
        assert active(server) == "inspect"
        assert score(server) == 0.25
        assert names(server) == {"inspect"}


def test_the_only_model_of_a_folder_is_active(start, models, tmp_path):
    """[serve-models-1]"""
    shutil.copytree(models / "iris", tmp_path / "iris")
    with start(tmp_path) as server:
        assert active(server) == "iris"
        assert predicted(server) == IRIS_NAMES


def test_model_onnx_right_in_the_folder_takes_the_folders_name(start, models, tmp_path):
    """[serve-models-1]"""
    folder = tmp_path / "station-7"
    folder.mkdir()
    shutil.copy(models / "inspect.onnx", folder / "model.onnx")
    with start(folder) as server:
        assert active(server) == "station-7"
        assert score(server) == 0.25


def test_both_layouts_may_be_mixed(start, models, tmp_path):
    """[serve-models-1]"""
    shutil.copy(models / "inspect.onnx", tmp_path / "flat.onnx")
    fixtures.write_versioned(tmp_path, "deep", fixtures.inspect_b(fixtures.IMAGE_8), 7)
    with start(tmp_path, "--active", "deep") as server:
        assert names(server) == {"flat", "deep"}
        assert score(server) == 0.75
        assert server.get("/v2/models/deep").json()["versions"] == ["7"]
        assert server.get("/v2/models/flat").json()["versions"] == ["1"]


def test_what_is_no_model_is_left_alone(start, models, tmp_path):
    """[serve-models-1] [serve-models-4]"""
    shutil.copy(models / "inspect.onnx", tmp_path / "good.onnx")
    for name in ("README.md", "labels.txt", "good.onnx.sha256", ".hidden.onnx", "two words.onnx"):
        (tmp_path / name).write_text("no model")
    (tmp_path / "empty").mkdir()
    fixtures.write_versioned(tmp_path, "wordy", fixtures.inspect(fixtures.IMAGE_8), "latest")
    fixtures.write_versioned(tmp_path, "zeroth", fixtures.inspect(fixtures.IMAGE_8), 0)
    with start(tmp_path) as server:
        assert names(server) == {"good"}
        assert active(server) == "good"


@pytest.mark.parametrize("name", ["a", "A.b_c-9", "9", "a" * 128])
def test_names_that_follow_the_rules(start, models, tmp_path, name):
    """[serve-models-4]"""
    shutil.copytree(models / "iris" / "1", tmp_path / name / "1")
    (tmp_path / name / "1" / "metadata.json").unlink()
    with start(tmp_path) as server:
        assert active(server) == name


@pytest.mark.parametrize("place", ["model.tar.gz", "renamed.tar.gz"])
def test_an_archive_as_sagemaker_delivers_it(start, models, tmp_path, place):
    """serve: PATH is a model.tar.gz. C06"""
    with tarfile.open(tmp_path / place, "w:gz") as archive:
        archive.add(models / "iris" / "1" / "model.onnx", "model.onnx")
        archive.add(models / "iris" / "1" / "metadata.json", "metadata.json")
    with start(tmp_path / place) as server:
        assert server.get("/ping").status_code == 200
        assert predicted(server) == IRIS_NAMES


def test_an_archive_of_folders(start, models, tmp_path):
    """serve: PATH is a model.tar.gz. Made by `tar -C models -czf model.tar.gz .`"""
    with tarfile.open(tmp_path / "model.tar.gz", "w:gz") as archive:
        archive.add(models / "iris", "./iris")
    with start(tmp_path / "model.tar.gz") as server:
        assert predicted(server) == IRIS_NAMES


def test_model_dir_is_served_without_a_path(start, models):
    """serve: $MODEL_DIR. D07"""
    with start(None, env={"MODEL_DIR": str(models), "ACTIVE_MODEL": "inspect_b"}) as server:
        assert active(server) == "inspect_b"
        assert score(server) == 0.75


def test_the_flag_wins_over_the_setting(start, models):
    """serve: --active"""
    with start(models, "--active", "inspect", env={"ACTIVE_MODEL": "inspect_b"}) as server:
        assert active(server) == "inspect"


def test_metadata_one_level_up(start, models, tmp_path):
    """[serve-models-2]: beside model.onnx, or one level up"""
    shutil.copytree(models / "iris", tmp_path / "iris")
    (tmp_path / "iris" / "1" / "metadata.json").rename(tmp_path / "iris" / "metadata.json")
    with start(tmp_path) as server:
        assert predicted(server) == IRIS_NAMES


def test_without_metadata_a_classifier_still_answers(start, models, tmp_path):
    """[serve-invocations-1]: the classes have no names then"""
    shutil.copytree(models / "iris", tmp_path / "iris")
    (tmp_path / "iris" / "1" / "metadata.json").unlink()
    with start(tmp_path) as server:
        predictions = server.post("/invocations", json={"instances": IRIS_ROWS}).json()["predictions"]
        assert [prediction["predicted_class_index"] for prediction in predictions] == [0, 1, 2]


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"input_shape": [1, 3, 9, 9]}, ["8", "9"]),
        ({"input_shape": [1, 192]}, ["192"]),
        ({"input_shape": "1,3,8,8"}, ["input_shape"]),
        ({"tensor_min": "low"}, ["tensor_min"]),
        ({"threshold": 1.5}, ["threshold", "1.5"]),
    ],
)
def test_metadata_that_contradicts_refuses_the_model(start, models, tmp_path, keys, words):
    """[serve-models-3] A12"""
    shutil.copy(models / "inspect.onnx", tmp_path / "good.onnx")
    shutil.copy(models / "inspect.onnx", tmp_path / "odd.onnx")
    fixtures.write_metadata(tmp_path / "odd.metadata.json", **keys)
    with start(tmp_path, "--active", "good") as server:
        reply = server.reload("odd")
        assert reply.status_code == 422
        assert reply.json()["detail"].startswith("Model odd did not load: ")
        assert all(word in reply.json()["detail"] for word in words), reply.json()
        assert active(server) == "good"


def test_too_many_classes_refuse_the_model(start, models, tmp_path):
    """[serve-models-3]"""
    shutil.copytree(models / "iris", tmp_path / "iris")
    shutil.copy(models / "inspect.onnx", tmp_path / "good.onnx")
    fixtures.write_metadata(tmp_path / "iris" / "1" / "metadata.json", output_classes=["a", "b", "c", "d"])
    with start(tmp_path, "--active", "good") as server:
        detail = server.reload("iris").json()["detail"]
        assert "3" in detail and "4" in detail


def test_metadata_that_is_no_json_refuses_the_model(start, models, tmp_path):
    """[serve-models-3]"""
    shutil.copy(models / "inspect.onnx", tmp_path / "good.onnx")
    shutil.copy(models / "inspect.onnx", tmp_path / "odd.onnx")
    (tmp_path / "odd.metadata.json").write_text("{")
    with start(tmp_path, "--active", "good") as server:
        reply = server.reload("odd")
        assert reply.status_code == 422
        assert "metadata" in reply.json()["detail"]


def test_input_shape_may_leave_dimensions_open(start, models, tmp_path):
    """[serve-models-3]: -1 agrees with anything"""
    shutil.copy(models / "inspect.onnx", tmp_path / "good.onnx")
    fixtures.write_metadata(tmp_path / "good.metadata.json", input_shape=[-1, 3, 8, 8])
    with start(tmp_path) as server:
        assert score(server) == 0.25
