// Settings as read, before anyone knows what they mean: a neutral tree that TOML, JSON and a command line all become.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace firedrill::faults {

/// Where a value was written: a file with line and column, or another source ("--set") with none.
struct Place {
  std::shared_ptr<const std::string> source;  // file name or "--set"; null: nowhere in particular
  std::uint32_t line = 0, column = 0;         // from 1; 0: unknown
  /// "drill.toml:12:9", "--set" or "".
  std::string text() const;
  /// Of the file, for others that it names; "" when it is in no file, or in the working directory.
  std::string directory() const;
};

struct Member;

class Value {
 public:
  using List = std::vector<Value>;
  using Table = std::vector<Member>;  // in the order written; keys are unique
  using Content = std::variant<bool, std::int64_t, double, std::string, List, Table>;

  // Defined where Member is complete.
  Value();
  explicit Value(Content c, Place p = {});
  Value(const Value&);
  Value(Value&&) noexcept;
  Value& operator=(const Value&);
  Value& operator=(Value&&) noexcept;
  ~Value();

  /// The member of that name, or null. Null for anything but a table.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// Adds or replaces a member. Only for tables.
  void put(std::string key, Value value);

  const Table* table() const { return std::get_if<Table>(&content); }
  Table* table() { return std::get_if<Table>(&content); }
  const List* list() const { return std::get_if<List>(&content); }
  const std::string* text() const { return std::get_if<std::string>(&content); }

  /// As a person would write it: `"7x"`, `12`, `true`, `[...]`; long texts are cut.
  std::string shown() const;

  Content content;
  Place place;
};

struct Member {
  std::string key;
  Value value;
  Place place;  // of the key
};

inline Value::Value() : content{Table{}} {}
inline Value::Value(Content c, Place p) : content{std::move(c)}, place{std::move(p)} {}
inline Value::Value(const Value&) = default;
inline Value::Value(Value&&) noexcept = default;
inline Value& Value::operator=(const Value&) = default;
inline Value& Value::operator=(Value&&) noexcept = default;
inline Value::~Value() = default;

/// `delay=200ms jitter=50ms` as a table: the form that examples and command lines use. Values that are whole numbers,
/// decimal numbers or true/false become such, all others text; `a.b=c` nests. Words without `=` are an error: the
/// returned table is then empty and `bad` (if given) names the word.
Value parse_inline(std::string_view words, std::string* bad = nullptr);

/// The value that `text` means when it stands alone, as in parse_inline or behind --set.
Value parse_scalar(std::string_view text);

}  // namespace firedrill::faults
