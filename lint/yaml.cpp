// Made from the events of yaml-cpp's parser, so that its own nodes, which may share and repeat without bounds, never
// come to be.
#include "lint/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cctype>
#include <istream>
#include <map>
#include <optional>
#include <streambuf>

#include "lint/ground_rules.hpp"

namespace firedrill::lint {
namespace {

constexpr std::size_t most_depth = 60, most_values = 2'000'000;

struct TooMuch {
  YAML::Mark mark;
  const char* what;
};

// Within the text: yaml-cpp has the end of a text on a line of its own, which need not be there.
Spot spot_of(const Source& source, const YAML::Mark& mark) {
  if (mark.line < 0 || source.lines() == 0) return {&source, 0, 0};
  const auto line = static_cast<std::uint32_t>(mark.line + 1);
  if (line > source.lines())
    return {&source, source.lines(), static_cast<std::uint32_t>(source.line(source.lines()).size() + 1)};
  return {&source, line,
          static_cast<std::uint32_t>(
              std::min<std::size_t>(static_cast<std::size_t>(std::max(mark.column, 0)), source.line(line).size()) + 1)};
}

class Builder final : public YAML::EventHandler {
 public:
  Builder(const Source& source, Yaml& root) : source_{source} { open_.push_back(&root); }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(mark, anchor, Yaml::Kind::null, ""); }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    put(mark, anchor, Yaml::Kind::scalar, value, tag == "!");
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto it = anchors_.find(anchor);
    // A copy of what was anchored; the count is what bounds aliases of aliases.
    if (it == anchors_.end()) {
      put(mark, 0, Yaml::Kind::null, "");
      return;
    }
    count(mark, it->second.second);
    if (wants_key()) throw TooMuch{mark, "an alias as a key is not understood"};
    place() = it->second.first;
    placed();
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(mark, anchor, Yaml::Kind::list);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(mark, anchor, Yaml::Kind::map);
  }
  void OnMapEnd() override { end(); }

 private:
  struct Anchored {
    YAML::anchor_t anchor;
    std::size_t before;  // values that there were
  };

  Spot spot(const YAML::Mark& mark) const { return spot_of(source_, mark); }
  void count(const YAML::Mark& mark, std::size_t more) {
    values_ += more;
    if (values_ > most_values)
      throw TooMuch{mark, "there are more than 2,000,000 values, those behind aliases included"};
  }

  bool wants_key() const { return open_.back()->kind == Yaml::Kind::map && !pending_.back(); }
  // Where the next value goes.
  Yaml& place() {
    Yaml& in = *open_.back();
    if (in.kind == Yaml::Kind::map) return in.members.back().value;
    if (in.kind == Yaml::Kind::list) return in.items.emplace_back();
    return in;
  }
  void placed() {
    if (open_.back()->kind == Yaml::Kind::map) pending_.back() = false;
  }

  void put(const YAML::Mark& mark, YAML::anchor_t anchor, Yaml::Kind kind, const std::string& text,
           bool quoted = false) {
    count(mark, 1);
    if (wants_key()) {
      open_.back()->members.push_back({text, spot(mark), {}});
      open_.back()->members.back().value.spot = spot(mark);  // in case that none comes
      pending_.back() = true;
      return;
    }
    Yaml& value = place();
    value.kind = kind;
    value.text = text;
    value.quoted = quoted;
    value.spot = spot(mark);
    if (anchor != 0) anchors_[anchor] = {value, 1};
    placed();
  }

  void begin(const YAML::Mark& mark, YAML::anchor_t anchor, Yaml::Kind kind) {
    count(mark, 1);
    if (open_.size() > most_depth) throw TooMuch{mark, "values nest deeper than 60"};
    if (wants_key()) throw TooMuch{mark, "a list or a map as a key is not understood"};
    Yaml& value = place();
    value.spot = spot(mark);
    value.kind = kind;
    open_.push_back(&value);
    pending_.push_back(false);
    anchored_.push_back({anchor, values_});
  }

  void end() {
    const Anchored anchored = anchored_.back();
    if (anchored.anchor != 0) anchors_[anchored.anchor] = {*open_.back(), values_ - anchored.before + 1};
    anchored_.pop_back();
    open_.pop_back();
    pending_.pop_back();
    placed();
  }

  const Source& source_;
  std::vector<Yaml*> open_;
  std::vector<bool> pending_{false};  // a key waits for its value
  std::vector<Anchored> anchored_;
  std::map<YAML::anchor_t, std::pair<Yaml, std::size_t>> anchors_;
  std::size_t values_ = 0;
};

// Brackets that open on a line and do not close again. yaml-cpp keeps all of a line's brackets until it knows whether
// one of them begins a key: a line of millions would cost it gigabytes before the first of them is told.
std::optional<YAML::Mark> too_many_brackets(std::string_view text) {
  constexpr std::size_t most_on_a_line = 1000;
  YAML::Mark mark;
  mark.line = mark.column = 0;
  std::size_t open = 0;
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i, ++mark.column) {
    const char c = text[i];
    if (c == '\n') {
      ++mark.line;
      mark.column = -1;
      open = 0;
      quoted = false;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (quoted) {
      if (c == '\\') ++i, ++mark.column;
    } else if (c == '[' || c == '{') {
      if (++open > most_on_a_line) return mark;
    } else if ((c == ']' || c == '}') && open > 0) {
      --open;
    }
  }
  return std::nullopt;
}

// JSON is a kind of YAML, but what reads a file with that name reads JSON alone: no comments, no comma too many.
class StrictJson final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return true; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return true; }
  bool start_array(std::size_t) override { return true; }
  bool end_array() override { return true; }
  bool parse_error(std::size_t position, const std::string& last, const nlohmann::detail::exception&) override {
    at = position > 0 ? position - 1 : 0;
    token = last.substr(0, 40);
    return false;
  }
  std::size_t at = 0;
  std::string token;
};

// Reads from a text without a copy of it.
class View final : public std::streambuf {
 public:
  explicit View(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // NOLINT(cppcoreguidelines-pro-type-const-cast): only read from
    setg(begin, begin, begin + text.size());
  }
};

// Of the lines up to a place, the last but one or the last.
std::optional<Spot> indented_by_tab(const Source& source, const Spot& at) {
  for (std::uint32_t line = std::max(at.line, 2U) - 1; line <= std::min<std::size_t>(at.line, source.lines()); ++line) {
    const std::string_view text = source.line(line);
    const std::size_t tab = text.find('\t');
    if (tab < text.find_first_not_of(" \t\r")) return Spot{&source, line, static_cast<std::uint32_t>(tab + 1)};
  }
  return std::nullopt;
}

// What a template makes of a line.
std::string hint(const Source& source, const Spot& at) {
  if (at.line == 0 || at.line > source.lines()) return "";
  const std::string_view line = source.line(at.line);
  const bool braces = line.find("{{") != std::string_view::npos || line.find("{%") != std::string_view::npos;
  return braces ? ": this is a template; check what is made from it" : "";
}

// Where a second document begins, if one does that is not empty.
std::optional<Spot> second_document(const Source& source, YAML::Parser& parser) {
  struct Beginning final : YAML::EventHandler {
    void OnDocumentStart(const YAML::Mark& mark) override { begin = mark; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override { seen(); }
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
      seen();
    }
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {
      seen();
    }
    void OnMapEnd() override {}
    void seen() {
      there = true;
      throw YAML::Exception{begin, ""};  // the rest of it does not matter
    }
    YAML::Mark begin;
    bool there = false;
  } document;
  try {
    parser.HandleNextDocument(document);
  } catch (const YAML::Exception&) {
    return document.there ? std::optional{spot_of(source, document.begin)} : std::nullopt;
  }
  return std::nullopt;
}

// max_connections as JSON writes it.
std::string camel(std::string_view name) {
  std::string text;
  for (std::size_t i = 0; i < name.size(); ++i)
    text += name[i] == '_' && i + 1 < name.size()
                ? static_cast<char>(std::toupper(static_cast<unsigned char>(name[++i])))
                : name[i];
  return text;
}

}  // namespace

const Yaml* Yaml::find(std::string_view key) const {
  for (const Member& member : members)
    if (member.key == key) return &member.value;
  if (key.find('_') == std::string_view::npos) return nullptr;
  const std::string other = camel(key);
  for (const Member& member : members)
    if (member.key == other) return &member.value;
  return nullptr;
}

std::string_view Yaml::value(std::string_view key) const {
  const Yaml* one = find(key);
  return one == nullptr ? "" : std::string_view{one->text};
}

std::optional<Yaml> read_yaml(const Source& source, Findings& findings) {
  Yaml root;
  root.spot = {&source, 0, 0};  // of a document without anything in it
  const auto wrong = [&](Spot spot, const std::string& what) {
    findings.add(unreadable, spot, what);
    return std::nullopt;
  };
  if (const std::size_t zero = source.text().find('\0'); zero != std::string_view::npos) {
    const auto at = source.at(zero);
    return wrong({&source, at.line, at.column}, "this is no text: there is a zero byte");
  }
  if (const auto mark = too_many_brackets(source.text()))
    return wrong(spot_of(source, *mark), "values nest deeper than 60");
  if (StrictJson json; source.name().ends_with(".json") && !nlohmann::json::sax_parse(source.text(), &json)) {
    const auto at = source.at(std::min(json.at, source.text().size()));
    return wrong({&source, at.line, at.column},
                 fmt::format("this is no JSON, which takes neither comments nor a comma before a closing bracket: "
                             "\"{}\"",
                             json.token));
  }
  View view{source.text()};
  std::istream stream{&view};
  YAML::Parser parser;
  try {
    parser.Load(stream);
    Builder builder{source, root};
    parser.HandleNextDocument(builder);
  } catch (const TooMuch& much) {
    const Spot spot = spot_of(source, much.mark);
    return wrong(spot, much.what + hint(source, spot));
  } catch (const YAML::Exception& error) {
    const Spot spot = spot_of(source, error.mark);
    if (const auto tab = indented_by_tab(source, spot)) return wrong(*tab, "a tab cannot indent YAML: blanks can");
    return wrong(spot, error.msg + hint(source, spot));
  }
  if (const auto second = second_document(source, parser))
    findings.add(no_effect, *second,
                 "Envoy reads the first document of a file; this one and all behind it are ignored");
  return root;
}

}  // namespace firedrill::lint
