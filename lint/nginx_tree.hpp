// A configuration of nginx as a tree of directives, with everything that it includes.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lint/nginx_words.hpp"

namespace firedrill::lint::nginx {

/// Where a directive stands. A bit each, for the tables.
enum Context : std::uint16_t {
  in_main = 1,
  in_events = 2,
  in_http = 4,
  in_server = 8,
  in_location = 16,
  in_upstream = 32,
  in_server_if = 64,
  in_location_if = 128,
  in_limit_except = 256,
  in_stream = 512,
  in_stream_server = 1024,
  in_stream_upstream = 2048,
  in_entries = 4096,  // of map, geo, types …: rows of their own kind
  in_unknown = 8192,  // of a block that nobody knows
};

struct Directive {
  std::vector<Word> words;  // not empty but for the root
  bool block = false;
  Context context = in_main;  // that it stands in
  const Directive* parent = nullptr;
  std::list<Directive> children;
  // The last child of each name, made when a large block is first asked: its children ask it one by one.
  mutable std::unique_ptr<std::map<std::string_view, const Directive*>> by_name;

  std::string_view name() const { return word(0); }
  std::string_view word(std::size_t i) const { return i < words.size() ? std::string_view{words[i].text} : ""; }
  Spot spot(std::size_t i = 0) const { return words[i < words.size() ? i : 0].spot; }
  /// What stands behind NAME= among its words, or "".
  std::string_view parameter(std::string_view name) const;
  bool has(std::string_view word) const;
};

struct Tree {
  std::unique_ptr<Directive> root;  // never null; others point to it
  Context ground = in_main;         // of a fragment: what it was taken to be included in
  // Upstream blocks, and those of http (false) and stream (true) by name: asked for by every pass.
  std::vector<const Directive*> upstreams;
  std::map<std::pair<bool, std::string_view>, const Directive*> upstreams_by_name;
};

/// The context inside of a block of that name; in_unknown for an unknown one.
Context inside(std::string_view block, Context where);

Tree read_tree(const Source& source, Sources& sources, Findings& findings);

/// The last one of that name among the children, or null.
const Directive* child(const Directive& block, std::string_view name);
/// What counts there: its own, or that of the nearest block around it. Null when nothing does.
const Directive* effective(const Directive& where, std::string_view name);
/// All of that name in the nearest block that has any, as nginx inherits lists (proxy_set_header …).
std::vector<const Directive*> effective_all(const Directive& where, std::string_view name);
/// " (from http at line 3)" when the directive is not in that block itself.
std::string inherited(const Directive& directive, const Directive& where);
/// The nearest block of that name around it, or null.
const Directive* around(const Directive& directive, std::string_view name);

/// Whether it stands in stream, at whatever depth.
bool is_stream(const Directive& directive);

/// Calls for every directive, outer ones first.
template <typename Visit>
void each(const Directive& from, const Visit& visit) {
  for (const Directive& one : from.children) {
    visit(one);
    each(one, visit);
  }
}

}  // namespace firedrill::lint::nginx
