#include "json_tree.h"
#include <cmath>
#include <charconv>
#include <cstring>
#include <memory>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <vector>

using namespace simdjson;
static_assert(LS_JSON_PADDING >= SIMDJSON_PADDING);

struct ls_json {
    std::unique_ptr<ondemand::parser> parser = std::make_unique<ondemand::parser>(SIZE_MAX);
    std::vector<ls_json_node> nodes;
    std::vector<uint64_t> numbers;
    std::string strings;
    std::string error;
    size_t error_position = 0;
    const char *text = nullptr;
    size_t count = 0;
};

namespace {

struct Refusal { std::string reason; size_t position; };

/// Walks one document depth first. On-demand parsing checks only what it visits, so everything is visited.
class Walk {
    ls_json &out;
    ondemand::document &document;

    size_t position() {
        const char *at = nullptr;
        if (document.current_location().get(at) != SUCCESS || !at) return out.count;
        return size_t(at - out.text);
    }
    [[noreturn]] void refuse(std::string reason) { throw Refusal{std::move(reason), position()}; }
    void check(error_code error) { if (error != SUCCESS) refuse(error_message(error)); }

    size_t add(ls_json_kind kind, uint64_t a = 0, uint64_t b = 0) {
        if (out.nodes.size() >= LS_JSON_NODES_MAX) refuse("the document has too many values");
        out.nodes.push_back({uint32_t(kind), uint32_t(out.nodes.size() + 1), a, b, 0, 0});
        return out.nodes.size() - 1;
    }
    void close(size_t node) { out.nodes[node].next = uint32_t(out.nodes.size()); }

    void add_string(std::string_view text) {
        add(LS_STRING, out.strings.size(), text.size());
        out.strings.append(text);
    }

    /// NaN, Infinity and -Infinity are not JSON, but Python writes them: read, so that the answer can name them.
    static bool spelled(std::string_view token, double &value) {
        while (!token.empty() && (token.back() == ' ' || token.back() == '\n' || token.back() == '\r' || token.back() == '\t')) token.remove_suffix(1);
        if (token == "NaN") value = NAN;
        else if (token == "Infinity") value = INFINITY;
        else if (token == "-Infinity") value = -INFINITY;
        else return false;
        return true;
    }

    struct Number { ls_pool_kind kind; uint64_t bits; };
    static uint64_t bits(double value) { uint64_t b; std::memcpy(&b, &value, 8); return b; }
    static double real(const Number &n) {
        double value;
        if (n.kind == LS_POOL_INT) return double(int64_t(n.bits));
        if (n.kind == LS_POOL_UINT) return double(n.bits);
        std::memcpy(&value, &n.bits, 8);
        return value;
    }

    template <class Value> bool number(Value &value, Number &found) {
        ondemand::number n;
        error_code error = value.get_number().get(n);
        if (error == SUCCESS) {
            switch (n.get_number_type()) {
            case ondemand::number_type::signed_integer: found = {LS_POOL_INT, uint64_t(n.get_int64())}; return true;
            case ondemand::number_type::unsigned_integer: found = {LS_POOL_UINT, n.get_uint64()}; return true;
            default: {
                double read = n.get_double();
                // simdjson gives nought for what begins with more digits than 64 bits hold: that is read again below.
                if (read == 0 && !begins_with_nought(raw_token(value))) break;
                found = {LS_POOL_DOUBLE, bits(read)};
                return true;
            }
            }
        }
        // Numbers past 64 bits and unusual spellings come here: not the hot path.
        std::string_view token = raw_token(value);
        double plain;
        if (spelled(token, plain)) { found = {LS_POOL_DOUBLE, bits(plain)}; return skip_spelled(value); }
        if (!token.empty() && (token[0] == '-' || (token[0] >= '0' && token[0] <= '9'))) {
            if (value.get_double().get(plain) == SUCCESS) { found = {LS_POOL_DOUBLE, bits(plain)}; return true; }
            refuse("the number " + std::string(token.substr(0, 40)) + " cannot be read");
        }
        return false;
    }
    static bool begins_with_nought(std::string_view token) { return token.substr(token[0] == '-' ? 1 : 0, 1) == "0"; }
    static std::string_view raw_token(ondemand::value &value) { return value.raw_json_token(); }
    static std::string_view raw_token(ondemand::document &value) { std::string_view token; return value.raw_json_token().get(token) == SUCCESS ? token : std::string_view(); }
    // The failed get_number left the cursor on the token; any scalar read that ignores the text moves past it.
    static bool skip_spelled(ondemand::value &) { return true; }
    static bool skip_spelled(ondemand::document &) { return true; }

    static bool is_number_start(char c) { return c == '-' || (c >= '0' && c <= '9') || c == 'N' || c == 'I'; }

    void array(ondemand::array values, unsigned depth) {
        size_t node = add(LS_ARRAY);
        size_t start = out.numbers.size(), children = 0;
        bool packed = true, any = false;
        ls_pool_kind kind = LS_POOL_INT;
        for (auto element : values) {
            ondemand::value value;
            check(std::move(element).get(value));
            children++;
            Number n;
            if (packed && is_number_start(value.raw_json_token()[0]) && number(value, n)) {
                if (n.kind != kind) kind = any ? widen(start, kind, n) : n.kind;
                else out.numbers.push_back(n.bits);
                if (!any && out.numbers.size() == start) out.numbers.push_back(n.bits);
                any = true;
                continue;
            }
            if (packed && any) unpack(start, kind);
            packed = false;
            item(value, depth + 1);
        }
        if (packed && any) {
            out.nodes[node] = {LS_NUMBERS, uint32_t(node + 1), start, out.numbers.size() - start, uint32_t(kind), 0};
        } else {
            out.nodes[node].b = children;
            close(node);
        }
    }
    /// Numbers of different kinds in one array: everything so far becomes the kind that holds both.
    ls_pool_kind widen(size_t start, ls_pool_kind kind, Number n) {
        bool whole = kind != LS_POOL_DOUBLE && n.kind != LS_POOL_DOUBLE;
        bool negative = n.kind == LS_POOL_INT && int64_t(n.bits) < 0;
        if (whole && kind == LS_POOL_INT)
            for (size_t i = start; i < out.numbers.size() && !negative; i++) negative = int64_t(out.numbers[i]) < 0;
        if (whole && !negative) { out.numbers.push_back(n.bits); return LS_POOL_UINT; }
        for (size_t i = start; i < out.numbers.size(); i++) out.numbers[i] = bits(real({kind, out.numbers[i]}));
        out.numbers.push_back(bits(real(n)));
        return LS_POOL_DOUBLE;
    }
    /// A number array turned out to be mixed: its numbers become ordinary nodes.
    void unpack(size_t start, ls_pool_kind kind) {
        static const ls_json_kind plain[] = {LS_INT, LS_UINT, LS_DOUBLE};
        for (size_t i = start; i < out.numbers.size(); i++) {
            // Widened beside a fraction, a whole number is a whole number again.
            double value = real({kind, out.numbers[i]});
            bool whole = kind == LS_POOL_DOUBLE && std::fabs(value) < 0x1p53 && value == std::trunc(value);
            if (whole) add(LS_INT, uint64_t(int64_t(value)));
            else add(plain[kind], out.numbers[i]);
        }
        out.numbers.resize(start);
    }

    void object(ondemand::object fields, unsigned depth) {
        size_t node = add(LS_OBJECT), children = 0;
        for (auto entry : fields) {
            ondemand::field field;
            check(std::move(entry).get(field));
            std::string_view key;
            check(field.unescaped_key().get(key));
            add_string(key);
            item(field.value(), depth + 1);
            children++;
        }
        out.nodes[node].b = children;
        close(node);
    }

public:
    Walk(ls_json &json, ondemand::document &document) : out(json), document(document) {}

    template <class Value> void item(Value &&value, unsigned depth) {
        if (depth > LS_JSON_DEPTH_MAX) refuse("nested deeper than " + std::to_string(LS_JSON_DEPTH_MAX) + " levels");
        ondemand::json_type type;
        error_code error = value.type().get(type);
        Number n;
        if (error != SUCCESS) {
            if (error == TAPE_ERROR && is_number_start(raw_token(value)[0]) && number(value, n)) { add(LS_DOUBLE, n.bits); return; }
            check(error);
        }
        switch (type) {
        case ondemand::json_type::object: { ondemand::object o; check(value.get_object().get(o)); object(o, depth); return; }
        case ondemand::json_type::array: { ondemand::array a; check(value.get_array().get(a)); array(a, depth); return; }
        case ondemand::json_type::string: { std::string_view s; check(value.get_string().get(s)); add_string(s); return; }
        case ondemand::json_type::boolean: { bool b; check(value.get_bool().get(b)); add(b ? LS_TRUE : LS_FALSE); return; }
        case ondemand::json_type::null: {
            if (!is_null(value)) refuse("a value is neither null nor anything else");
            add(LS_NULL);
            return;
        }
        case ondemand::json_type::number:
            if (!number(value, n)) refuse("a number cannot be read");
            add(n.kind == LS_POOL_INT ? LS_INT : n.kind == LS_POOL_UINT ? LS_UINT : LS_DOUBLE, n.bits);
            return;
        }
        refuse("an unknown kind of value");
    }
    template <class Value> bool is_null(Value &value) { bool yes = false; check(simdjson_result<bool>(value.is_null()).get(yes)); return yes; }
};

} // namespace

ls_json *ls_json_create(void) { return new ls_json; }
void ls_json_free(ls_json *json) { delete json; }

static bool failed(ls_json *json, std::string reason, size_t position) {
    json->error = std::move(reason);
    json->error_position = std::min(position, json->count);
    return false;
}

bool ls_json_parse(ls_json *json, const char *text, size_t count) {
    json->nodes.clear();
    json->numbers.clear();
    json->strings.clear();
    json->text = text;
    json->count = count;
    try {
        ondemand::document document;
        error_code error = json->parser->iterate(padded_string_view(text, count, count + LS_JSON_PADDING)).get(document);
        if (error != SUCCESS) return failed(json, error == EMPTY ? "the document is empty" : error_message(error), 0);
        Walk(*json, document).item(document, 0);
        const char *rest = nullptr;
        if (document.current_location().get(rest) == SUCCESS) return failed(json, "something follows the end of the document", size_t(rest - text));
        return true;
    } catch (const Refusal &refusal) {
        return failed(json, refusal.reason, refusal.position);
    } catch (const simdjson_error &error) {
        return failed(json, error.what(), count);
    } catch (const std::bad_alloc &) {
        return failed(json, "out of memory", count);
    }
}

const char *ls_json_error(const ls_json *json) { return json->error.c_str(); }
size_t ls_json_error_position(const ls_json *json) { return json->error_position; }
const ls_json_node *ls_json_nodes(const ls_json *json) { return json->nodes.data(); }
const char *ls_json_strings(const ls_json *json) { return json->strings.data(); }
const uint64_t *ls_json_numbers(const ls_json *json) {
    static const uint64_t none = 0;  // an empty vector has no address, and the other side wants one
    return json->numbers.empty() ? &none : json->numbers.data();
}

void ls_json_shrink(ls_json *json) {
    json->parser = std::make_unique<ondemand::parser>(SIZE_MAX);
    std::vector<ls_json_node>().swap(json->nodes);
    std::vector<uint64_t>().swap(json->numbers);
    std::string().swap(json->strings);
}
