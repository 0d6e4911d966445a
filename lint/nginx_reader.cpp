// From tokens to a tree: includes with wildcards, dumps of "nginx -T", fragments of a configuration.
#include <fmt/format.h>
#include <fnmatch.h>

#include <algorithm>
#include <map>
#include <set>

#include "lint/ground_rules.hpp"
#include "lint/nginx_fragments.hpp"
#include "lint/nginx_tree.hpp"

namespace firedrill::lint::nginx {
namespace {

constexpr std::size_t most_depth = 100, most_includes = 5000, most_include_depth = 200;
constexpr std::string_view dump_marker = "# configuration file ";

// A file on the disk, or its part of a dump.
struct Part {
  const Source* source = nullptr;
  std::size_t begin = 0, end = 0;
};

class Reading {
 public:
  Reading(const Source& source, Sources& sources, Findings& findings)
      : main_{source}, sources_{sources}, findings_{findings}, prefix_{directory(source.name())} {}

  Tree read() {
    const std::size_t zero = main_.text().find('\0');
    if (zero != std::string_view::npos) {
      const auto at = main_.at(zero);
      findings_.add(unreadable, {&main_, at.line, at.column}, "this is no text: there is a zero byte");
      return std::move(tree_);
    }
    Part whole{&main_, 0, main_.text().size()};
    find_parts();
    if (!dump_.empty()) {
      whole = parts_[dump_];
      prefix_ = directory(dump_);
    }
    Findings again;  // told when the part is read
    tree_.ground = ground_of(Tokens{*whole.source, whole.begin, whole.end, again}, findings_);
    tree_.root->block = true;
    open_.push_back(dump_.empty() ? main_.name() : dump_);
    part(whole, *tree_.root, tree_.ground, 0);
    each(*tree_.root, [&](const Directive& one) {
      if (!one.block || one.name() != "upstream" || one.words.size() < 2) return;
      tree_.upstreams.push_back(&one);
      tree_.upstreams_by_name.try_emplace({(one.context & in_stream) != 0, one.word(1)}, &one);
    });
    return std::move(tree_);
  }

 private:
  static std::string directory(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? "" : path.substr(0, slash + 1);
  }

  void find_parts() {
    const std::string_view text = main_.text();
    std::string name;
    for (std::size_t at = text.find(dump_marker); at != std::string_view::npos; at = text.find(dump_marker, at + 1)) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if ((at > 0 && text[at - 1] != '\n') || text[end - 1] != ':') continue;
      if (!name.empty()) parts_[name].end = at;
      name = text.substr(at + dump_marker.size(), end - 1 - at - dump_marker.size());
      if (dump_.empty()) dump_ = name;
      parts_.insert_or_assign(name, Part{&main_, end, text.size()});
    }
  }

  // The directives of one part, up to its end.
  void part(const Part& part, Directive& block, Context context, std::size_t depth) {
    Tokens tokens{*part.source, part.begin, part.end, findings_};
    const bool closed = directives(tokens, block, context, depth);
    if (closed) findings_.add(unreadable, last_, "there is no block that this brace could close");
  }

  // Up to a closing brace (true) or the end (false).
  bool directives(Tokens& tokens, Directive& block, Context context, std::size_t depth) {
    Directive next;
    while (!findings_.full()) {
      Token token = tokens.next();
      last_ = token.mark == Mark::end ? last_ : token.word.spot;
      switch (token.mark) {
        case Mark::word:
          next.words.push_back(std::move(token.word));
          break;
        case Mark::semicolon:
          if (next.words.empty()) {
            findings_.add(unreadable, last_, "a directive is missing before this semicolon");
          } else {
            finish(std::move(next), block, context, depth);
          }
          next = {};
          break;
        case Mark::open:
          if (!open(tokens, std::move(next), block, context, depth)) return false;
          next = {};
          break;
        case Mark::close:
          if (!next.words.empty())
            findings_.add(unreadable, next.spot(), fmt::format("the directive \"{}\" has no semicolon", next.name()));
          return true;
        case Mark::end:
          if (!next.words.empty())
            findings_.add(unreadable, next.spot(), fmt::format("the directive \"{}\" has no semicolon", next.name()));
          return false;
      }
    }
    return false;
  }

  bool open(Tokens& tokens, Directive next, Directive& block, Context context, std::size_t depth) {
    if (next.words.empty()) {
      findings_.add(unreadable, last_, "a block without a name");
      next.words.push_back({"", last_});
    }
    if (depth >= most_depth) {
      findings_.add(unreadable, next.spot(), fmt::format("blocks nest deeper than {}", most_depth));
      return false;
    }
    next.block = true;
    next.context = context;
    next.parent = &block;
    Directive& child = block.children.emplace_back(std::move(next));
    const bool closed =
        child.name().ends_with("_by_lua_block")
            ? tokens.skip_block()
            : directives(tokens, child, context == in_entries ? in_entries : inside(child.name(), context), depth + 1);
    if (!closed && !findings_.full())
      findings_.add(unreadable, child.spot(), fmt::format("the block \"{}\" is not closed", child.name()));
    return closed;
  }

  void finish(Directive next, Directive& block, Context context, std::size_t depth) {
    next.context = context;
    next.parent = &block;
    if (next.name() == "include" && next.words.size() == 2) include(next, block, context, depth);
    block.children.push_back(std::move(next));
  }

  std::string full_path(std::string_view path) const {
    return path.starts_with('/') ? std::string{path} : prefix_ + std::string{path};
  }

  void include(const Directive& directive, Directive& block, Context context, std::size_t depth) {
    const std::string pattern = full_path(directive.word(1));
    const bool wild = pattern.find_first_of("*?[") != std::string::npos;
    std::vector<std::string> paths;
    if (!wild) {
      paths.push_back(pattern);
    } else if (!dump_.empty()) {
      for (const auto& [name, part] : parts_)
        if (::fnmatch(pattern.c_str(), name.c_str(), FNM_PATHNAME) == 0) paths.push_back(name);
    } else {
      paths = sources_.matches(pattern);
    }
    for (const std::string& path : paths) include_file(directive, path, block, context, depth);
  }

  void include_file(const Directive& directive, const std::string& path, Directive& block, Context context,
                    std::size_t depth) {
    if (std::find(open_.begin(), open_.end(), path) != open_.end()) {
      findings_.add(unreadable, directive.spot(1), fmt::format("{} includes itself", path));
      return;
    }
    if (open_.size() > most_include_depth || ++includes_ > most_includes) {
      findings_.add(unreadable, directive.spot(1),
                    open_.size() > most_include_depth ? fmt::format("includes nest deeper than {}", most_include_depth)
                                                      : fmt::format("there are more than {} includes", most_includes));
      return;
    }
    Part included;
    if (const auto it = parts_.find(path); it != parts_.end()) {
      included = it->second;
    } else {
      std::string why = "is not in this dump";
      const Source* source = dump_.empty() ? sources_.open(path, why) : nullptr;
      if (source == nullptr) {
        findings_.add(refused, directive.spot(1), fmt::format("{}: {}", path, why));
        return;
      }
      included = {source, 0, source->text().size()};
    }
    bytes_ += included.end - included.begin;
    if (bytes_ > Sources::most_bytes) {
      findings_.add(unreadable, directive.spot(1), "all includes together are larger than 64 MiB");
      return;
    }
    open_.push_back(path);
    part(included, block, context, depth);
    open_.pop_back();
  }

  const Source& main_;
  Sources& sources_;
  Findings& findings_;
  std::string prefix_, dump_;  // dump_: the first file of a dump
  std::map<std::string, Part> parts_;
  std::vector<std::string> open_;
  std::size_t includes_ = 0, bytes_ = 0;
  Spot last_;
  Tree tree_{std::make_unique<Directive>(), in_main, {}, {}};
};

}  // namespace

Tree read_tree(const Source& source, Sources& sources, Findings& findings) {
  return Reading{source, sources, findings}.read();
}

}  // namespace firedrill::lint::nginx
