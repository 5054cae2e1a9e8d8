// The price of the model: ONNX Runtime's C API in a loop, no server around it.
//
//     floor LIBRARY MODEL CALLERS SECONDS [ROWS]
//
// CALLERS threads share one session with one intra-op thread. Inputs are made from the session's own signature: the
// first dimension, when it is free, is ROWS (default 1), any other free one is 1; floats count 0, 1/255 ... 1.
// Prints one JSON line: rps, p50, p99 and the CPU of one run.
//
// Compile: cc -O2 -I FOLDER_OF_onnxruntime_c_api.h floor.c -ldl -lpthread

#include <dlfcn.h>
#include <onnxruntime_c_api.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

// The oldest API that has what is called here, so that any library newer than its header will do.
enum { API_VERSION_WANTED = ORT_API_VERSION < 21 ? ORT_API_VERSION : 21 };
enum { TENSORS_MAX = 16, DIMENSIONS_MAX = 16, CALLERS_MAX = 64, LATENCIES_MAX = 4 << 20 };

static const double warm_up_seconds = 0.3;

typedef struct {
    const char *name;
    ONNXTensorElementDataType type;
    int64_t shape[DIMENSIONS_MAX];
    size_t rank, bytes;
} Input;

typedef struct {
    pthread_t thread;
    double measured_from, measured_until;
    float *latencies;        // microseconds
    size_t count;
    double cpu_seconds;
} Caller;

static const OrtApi *ort;
static OrtSession *session;
static OrtMemoryInfo *memory;
static Input inputs[TENSORS_MAX];
static const char *input_names[TENSORS_MAX], *output_names[TENSORS_MAX];
static size_t input_count, output_count;

static void die(const char *what, const char *why) {
    fprintf(stderr, "floor: %s: %s\n", what, why);
    exit(1);
}

static void check(OrtStatus *status) {
    if (status) die("ONNX Runtime", ort->GetErrorMessage(status));
}

static double seconds_on(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

static void load_library(const char *path) {
    void *library = dlopen(path, RTLD_NOW);
    if (!library) die(path, dlerror());
    const OrtApiBase *(*get_base)(void) = (const OrtApiBase *(*)(void))dlsym(library, "OrtGetApiBase");
    if (!get_base) die(path, dlerror());
    ort = get_base()->GetApi(API_VERSION_WANTED);
    if (!ort) die(path, "too old for this program's API version");
}

static void open_session(const char *model) {
    OrtEnv *environment;
    OrtSessionOptions *options;
    check(ort->CreateEnv(ORT_LOGGING_LEVEL_ERROR, "floor", &environment));
    check(ort->CreateSessionOptions(&options));
    check(ort->SetIntraOpNumThreads(options, 1));
    check(ort->SetInterOpNumThreads(options, 1));
    check(ort->CreateSession(environment, model, options, &session));
    check(ort->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, &memory));
}

static size_t element_bytes(ONNXTensorElementDataType type) {
    switch (type) {
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8: return 1;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT16:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_BFLOAT16: return 2;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32: return 4;
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64:
    case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64: return 8;
    default: die("input", "an element type that has no fixed size"); return 0;
    }
}

static void read_input(size_t index, OrtAllocator *allocator, int64_t rows) {
    Input *input = &inputs[index];
    OrtTypeInfo *type;
    const OrtTensorTypeAndShapeInfo *tensor;
    check(ort->SessionGetInputName(session, index, allocator, (char **)&input->name));
    check(ort->SessionGetInputTypeInfo(session, index, &type));
    check(ort->CastTypeInfoToTensorInfo(type, &tensor));
    if (!tensor) die(input->name, "not a tensor");
    check(ort->GetTensorElementType(tensor, &input->type));
    check(ort->GetDimensionsCount(tensor, &input->rank));
    if (input->rank > DIMENSIONS_MAX) die(input->name, "too many dimensions");
    check(ort->GetDimensions(tensor, input->shape, input->rank));

    input->bytes = element_bytes(input->type);
    for (size_t axis = 0; axis < input->rank; axis++) {
        if (input->shape[axis] < 0) input->shape[axis] = axis == 0 ? rows : 1;
        input->bytes *= input->shape[axis];
    }
    input_names[index] = input->name;
    ort->ReleaseTypeInfo(type);
}

static void read_signature(int64_t rows) {
    OrtAllocator *allocator;
    check(ort->GetAllocatorWithDefaultOptions(&allocator));
    check(ort->SessionGetInputCount(session, &input_count));
    check(ort->SessionGetOutputCount(session, &output_count));
    if (input_count > TENSORS_MAX || output_count > TENSORS_MAX) die("model", "too many inputs or outputs");
    for (size_t i = 0; i < input_count; i++) read_input(i, allocator, rows);
    for (size_t i = 0; i < output_count; i++)
        check(ort->SessionGetOutputName(session, i, allocator, (char **)&output_names[i]));
}

static void *make_content(const Input *input) {
    void *content = calloc(1, input->bytes);
    if (input->type == ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT)
        for (size_t i = 0; i < input->bytes / sizeof(float); i++) ((float *)content)[i] = (i % 256) / 255.0f;
    return content;
}

// One inference as a server would have to do it: wrap the bytes, run, let ONNX Runtime make the outputs, drop all.
static void infer(void *const contents[]) {
    OrtValue *values[TENSORS_MAX] = {NULL}, *results[TENSORS_MAX] = {NULL};
    for (size_t i = 0; i < input_count; i++) {
        const Input *input = &inputs[i];
        check(ort->CreateTensorWithDataAsOrtValue(
            memory, contents[i], input->bytes, input->shape, input->rank, input->type, &values[i]));
    }
    check(ort->Run(
        session, NULL, input_names, (const OrtValue *const *)values, input_count, output_names, output_count, results));
    for (size_t i = 0; i < input_count; i++) ort->ReleaseValue(values[i]);
    for (size_t i = 0; i < output_count; i++) ort->ReleaseValue(results[i]);
}

static void *call(void *argument) {
    Caller *caller = argument;
    void *contents[TENSORS_MAX];
    for (size_t i = 0; i < input_count; i++) contents[i] = make_content(&inputs[i]);
    caller->latencies = malloc(LATENCIES_MAX * sizeof *caller->latencies);

    do infer(contents);
    while (seconds_on(CLOCK_MONOTONIC) < caller->measured_from);

    double cpu_before = seconds_on(CLOCK_THREAD_CPUTIME_ID), before = seconds_on(CLOCK_MONOTONIC);
    caller->measured_from = before;
    while (before < caller->measured_until && caller->count < LATENCIES_MAX) {
        infer(contents);
        double after = seconds_on(CLOCK_MONOTONIC);
        caller->latencies[caller->count++] = (after - before) * 1e6;
        before = after;
    }
    caller->measured_until = before;
    caller->cpu_seconds = seconds_on(CLOCK_THREAD_CPUTIME_ID) - cpu_before;
    return NULL;
}

static int compare(const void *left, const void *right) {
    float a = *(const float *)left, b = *(const float *)right;
    return (a > b) - (a < b);
}

static void report(Caller callers[], int caller_count) {
    size_t total = 0, filled = 0;
    double cpu = 0, rate = 0;
    for (int i = 0; i < caller_count; i++) {
        total += callers[i].count;
        cpu += callers[i].cpu_seconds;
        rate += callers[i].count / (callers[i].measured_until - callers[i].measured_from);
    }
    if (total == 0) die("model", "not one run ended in the time given");

    float *all = malloc(total * sizeof *all);
    for (int i = 0; i < caller_count; i++) {
        memcpy(all + filled, callers[i].latencies, callers[i].count * sizeof *all);
        filled += callers[i].count;
    }
    qsort(all, total, sizeof *all, compare);
    printf("{\"callers\":%d,\"runs\":%zu,\"rps\":%.2f,\"p50_us\":%.2f,\"p99_us\":%.2f,\"cpu_us\":%.2f}\n",
           caller_count, total, rate, all[total / 2], all[total * 99 / 100], cpu / total * 1e6);
}

int main(int count, char **arguments) {
    if (count < 5 || count > 6) {
        fprintf(stderr, "usage: floor LIBRARY MODEL CALLERS SECONDS [ROWS]\n");
        return 2;
    }
    int caller_count = atoi(arguments[3]);
    if (caller_count < 1 || caller_count > CALLERS_MAX) die(arguments[3], "callers must be 1 to 64");
    load_library(arguments[1]);
    open_session(arguments[2]);
    read_signature(count == 6 ? atoll(arguments[5]) : 1);

    static Caller callers[CALLERS_MAX];
    double measured_from = seconds_on(CLOCK_MONOTONIC) + warm_up_seconds;
    for (int i = 0; i < caller_count; i++) {
        callers[i].measured_from = measured_from;
        callers[i].measured_until = measured_from + atof(arguments[4]);
        pthread_create(&callers[i].thread, NULL, call, &callers[i]);
    }
    for (int i = 0; i < caller_count; i++) pthread_join(callers[i].thread, NULL);
    report(callers, caller_count);
    return 0;
}
