// ONNX Runtime's C interface. Only the header: the library itself is opened at run time. Its functions are fields of a
// table, which Swift sees as optionals; these inline functions give them back their names.
#include <onnxruntime_c_api.h>
#pragma clang assume_nonnull begin

typedef const OrtApiBase *_Nonnull (*ls_get_api_base)(void);
static inline const OrtApiBase *ls_ort_base(void *symbol) { return ((ls_get_api_base)symbol)(); }
static inline const OrtApi *_Nullable ls_ort_api(const OrtApiBase *base, uint32_t version) { return base->GetApi(version); }
static inline const char *ls_ort_version(const OrtApiBase *base) { return base->GetVersionString(); }

static inline const char *ort_message(const OrtApi *a, const OrtStatus *s) { return a->GetErrorMessage(s); }
static inline void ort_release_status(const OrtApi *a, OrtStatus *s) { a->ReleaseStatus(s); }
static inline OrtStatus *_Nullable ort_create_env(const OrtApi *a, OrtLoggingLevel level, const char *id, OrtEnv *_Nullable *_Nonnull out) { return a->CreateEnv(level, id, out); }
static inline OrtStatus *_Nullable ort_disable_telemetry(const OrtApi *a, const OrtEnv *e) { return a->DisableTelemetryEvents(e); }
static inline OrtStatus *_Nullable ort_create_options(const OrtApi *a, OrtSessionOptions *_Nullable *_Nonnull out) { return a->CreateSessionOptions(out); }
static inline void ort_release_options(const OrtApi *a, OrtSessionOptions *o) { a->ReleaseSessionOptions(o); }
static inline OrtStatus *_Nullable ort_set_intra_threads(const OrtApi *a, OrtSessionOptions *o, int n) { return a->SetIntraOpNumThreads(o, n); }
static inline OrtStatus *_Nullable ort_set_inter_threads(const OrtApi *a, OrtSessionOptions *o, int n) { return a->SetInterOpNumThreads(o, n); }
static inline OrtStatus *_Nullable ort_set_optimization(const OrtApi *a, OrtSessionOptions *o, GraphOptimizationLevel l) { return a->SetSessionGraphOptimizationLevel(o, l); }
static inline OrtStatus *_Nullable ort_add_config(const OrtApi *a, OrtSessionOptions *o, const char *k, const char *v) { return a->AddSessionConfigEntry(o, k, v); }
static inline OrtStatus *_Nullable ort_append_provider(const OrtApi *a, OrtSessionOptions *o, const char *name) { return a->SessionOptionsAppendExecutionProvider(o, name, NULL, NULL, 0); }
static inline OrtStatus *_Nullable ort_append_cuda(const OrtApi *a, OrtSessionOptions *o) {
    OrtCUDAProviderOptionsV2 *cuda = NULL;
    OrtStatus *s = a->CreateCUDAProviderOptions(&cuda);
    if (!s) s = a->SessionOptionsAppendExecutionProvider_CUDA_V2(o, cuda);
    if (cuda) a->ReleaseCUDAProviderOptions(cuda);
    return s;
}
static inline OrtStatus *_Nullable ort_append_tensorrt(const OrtApi *a, OrtSessionOptions *o) {
    OrtTensorRTProviderOptionsV2 *trt = NULL;
    OrtStatus *s = a->CreateTensorRTProviderOptions(&trt);
    if (!s) s = a->SessionOptionsAppendExecutionProvider_TensorRT_V2(o, trt);
    if (trt) a->ReleaseTensorRTProviderOptions(trt);
    return s;
}
static inline OrtStatus *_Nullable ort_available_providers(const OrtApi *a, char *_Nonnull *_Nullable *_Nonnull out, int *count) { return a->GetAvailableProviders(out, count); }
static inline OrtStatus *_Nullable ort_release_providers(const OrtApi *a, char *_Nonnull *_Nonnull list, int count) { return a->ReleaseAvailableProviders(list, count); }
static inline OrtStatus *_Nullable ort_create_session(const OrtApi *a, const OrtEnv *e, const char *path, const OrtSessionOptions *o, OrtSession *_Nullable *_Nonnull out) { return a->CreateSession(e, path, o, out); }
static inline void ort_release_session(const OrtApi *a, OrtSession *s) { a->ReleaseSession(s); }
static inline OrtStatus *_Nullable ort_port_count(const OrtApi *a, const OrtSession *s, int output, size_t *n) { return output ? a->SessionGetOutputCount(s, n) : a->SessionGetInputCount(s, n); }
static inline OrtStatus *_Nullable ort_port_name(const OrtApi *a, const OrtSession *s, int output, size_t i, OrtAllocator *m, char *_Nullable *_Nonnull out) { return output ? a->SessionGetOutputName(s, i, m, out) : a->SessionGetInputName(s, i, m, out); }
static inline OrtStatus *_Nullable ort_port_type(const OrtApi *a, const OrtSession *s, int output, size_t i, OrtTypeInfo *_Nullable *_Nonnull out) { return output ? a->SessionGetOutputTypeInfo(s, i, out) : a->SessionGetInputTypeInfo(s, i, out); }
static inline void ort_release_type(const OrtApi *a, OrtTypeInfo *t) { a->ReleaseTypeInfo(t); }
static inline OrtStatus *_Nullable ort_onnx_type(const OrtApi *a, const OrtTypeInfo *t, enum ONNXType *out) { return a->GetOnnxTypeFromTypeInfo(t, out); }
static inline OrtStatus *_Nullable ort_tensor_info(const OrtApi *a, const OrtTypeInfo *t, const OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out) { return a->CastTypeInfoToTensorInfo(t, out); }
static inline OrtStatus *_Nullable ort_element_type(const OrtApi *a, const OrtTensorTypeAndShapeInfo *i, enum ONNXTensorElementDataType *out) { return a->GetTensorElementType(i, out); }
static inline OrtStatus *_Nullable ort_rank(const OrtApi *a, const OrtTensorTypeAndShapeInfo *i, size_t *out) { return a->GetDimensionsCount(i, out); }
static inline OrtStatus *_Nullable ort_dims(const OrtApi *a, const OrtTensorTypeAndShapeInfo *i, int64_t *out, size_t n) { return a->GetDimensions(i, out, n); }
static inline OrtStatus *_Nullable ort_dim_names(const OrtApi *a, const OrtTensorTypeAndShapeInfo *i, const char *_Nullable *_Nonnull out, size_t n) { return a->GetSymbolicDimensions(i, out, n); }
static inline OrtStatus *_Nullable ort_default_allocator(const OrtApi *a, OrtAllocator *_Nullable *_Nonnull out) { return a->GetAllocatorWithDefaultOptions(out); }
static inline OrtStatus *_Nullable ort_allocator_free(const OrtApi *a, OrtAllocator *m, void *p) { return a->AllocatorFree(m, p); }
static inline OrtStatus *_Nullable ort_cpu_memory(const OrtApi *a, OrtMemoryInfo *_Nullable *_Nonnull out) { return a->CreateCpuMemoryInfo(OrtArenaAllocator, OrtMemTypeDefault, out); }
static inline OrtStatus *_Nullable ort_tensor_over(const OrtApi *a, const OrtMemoryInfo *m, void *p, size_t bytes, const int64_t *dims, size_t rank, ONNXTensorElementDataType t, OrtValue *_Nullable *_Nonnull out) { return a->CreateTensorWithDataAsOrtValue(m, p, bytes, dims, rank, t, out); }
static inline OrtStatus *_Nullable ort_new_tensor(const OrtApi *a, OrtAllocator *m, const int64_t *dims, size_t rank, ONNXTensorElementDataType t, OrtValue *_Nullable *_Nonnull out) { return a->CreateTensorAsOrtValue(m, dims, rank, t, out); }
static inline OrtStatus *_Nullable ort_set_string(const OrtApi *a, OrtValue *v, size_t i, size_t bytes, char *_Nullable *_Nonnull out) { return a->GetResizedStringTensorElementBuffer(v, i, bytes, out); }
static inline OrtStatus *_Nullable ort_string_bytes(const OrtApi *a, const OrtValue *v, size_t *out) { return a->GetStringTensorDataLength(v, out); }
static inline OrtStatus *_Nullable ort_strings(const OrtApi *a, const OrtValue *v, void *p, size_t bytes, size_t *offsets, size_t n) { return a->GetStringTensorContent(v, p, bytes, offsets, n); }
static inline OrtStatus *_Nullable ort_value_info(const OrtApi *a, const OrtValue *v, OrtTensorTypeAndShapeInfo *_Nullable *_Nonnull out) { return a->GetTensorTypeAndShape(v, out); }
static inline void ort_release_info(const OrtApi *a, OrtTensorTypeAndShapeInfo *i) { a->ReleaseTensorTypeAndShapeInfo(i); }
static inline OrtStatus *_Nullable ort_data(const OrtApi *a, OrtValue *v, void *_Nullable *_Nonnull out) { return a->GetTensorMutableData(v, out); }
static inline void ort_release_value(const OrtApi *a, OrtValue *v) { a->ReleaseValue(v); }
static inline OrtStatus *_Nullable ort_create_run_options(const OrtApi *a, OrtRunOptions *_Nullable *_Nonnull out) { return a->CreateRunOptions(out); }
static inline void ort_release_run_options(const OrtApi *a, OrtRunOptions *o) { a->ReleaseRunOptions(o); }
static inline OrtStatus *_Nullable ort_terminate(const OrtApi *a, OrtRunOptions *o, int on) { return on ? a->RunOptionsSetTerminate(o) : a->RunOptionsUnsetTerminate(o); }
static inline OrtStatus *_Nullable ort_run(const OrtApi *a, OrtSession *s, const OrtRunOptions *o, const char *_Nullable const *_Nonnull in_names, const OrtValue *_Nullable const *_Nonnull in, size_t ins, const char *_Nullable const *_Nonnull out_names, size_t outs, OrtValue *_Nullable *_Nonnull out) { return a->Run(s, o, in_names, in, ins, out_names, outs, out); }
// A sequence of maps (what converters make of a classifier's probabilities), read as one table.
static inline OrtStatus *_Nullable ort_value_count(const OrtApi *a, const OrtValue *v, size_t *out) { return a->GetValueCount(v, out); }
static inline OrtStatus *_Nullable ort_value_at(const OrtApi *a, const OrtValue *v, int i, OrtAllocator *m, OrtValue *_Nullable *_Nonnull out) { return a->GetValue(v, i, m, out); }
#pragma clang assume_nonnull end
