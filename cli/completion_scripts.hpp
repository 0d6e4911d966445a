// The scripts that completion is made of; words between @ are filled in.
#pragma once

namespace firedrill::cli {

// What bash and zsh both understand. Names stay clear of what is special in zsh: words, path, commands, options.
inline constexpr const char* shared_script = R"sh(
# What may stand below a command: other commands, flags (with what they take), operands.
_firedrill_about() {
  case $1 in
@ABOUT@
  esac
}

# Reads the words before the cursor.
_firedrill_walk() {
  local word
  _firedrill_about ''
  for word in "$@"; do
    if [[ -n $expects ]]; then
      [[ $expects == --control || $expects == --token-file ]] && access+=("$expects" "$word")
      expects=''
    elif [[ $word == -- ]]; then
      names='' operands=FILE+
      return
    elif [[ $word == -* ]]; then
      [[ " $flags " == *" $word="* ]] && expects=$word
    elif [[ " $names " == *" $word "* ]]; then
      place=${place:+$place }$word
      _firedrill_about "$place"
    else
      proxy=${proxy:-$word}
      [[ ${operands%% *} == *+ ]] || operands=${operands#"${operands%% *}"}
      operands=${operands# }
    fi
  done
  return 0
}

# What the next word is to be: a value of the flag before it, or an operand.
_firedrill_wanted() {
  local wanted=${operands%% *}
  if [[ -n $expects ]]; then
    wanted=" $flags"
    wanted=${wanted#*" $expects="}
    wanted=${wanted%% *}
  fi
  printf '%s' "${wanted%+}"
}

# Candidates, one a line. Without a daemon there are no names.
_firedrill_candidates() {
  case $1 in
    PROXY) "$program" proxy list --quiet "${access[@]}" 2>/dev/null ;;
    FAULT)
      if [[ $place == runs* ]]; then
        "$program" runs show "$proxy" "${access[@]}" 2>/dev/null | grep ^fault | cut -f 2
      else
        "$program" fault list "$proxy" --quiet "${access[@]}" 2>/dev/null
      fi
      ;;
    RUN) "$program" runs list --quiet "${access[@]}" 2>/dev/null ;;
    DRILL) "$program" drills --quiet "${access[@]}" 2>/dev/null ;;
    KIND) printf '%s\n' @KINDS@ ;;
    SHELL) printf '%s\n' bash zsh fish ;;
    FORMAT) printf '%s\n' markdown json junit ;;
  esac
}
)sh";

inline constexpr const char* bash_script = R"sh(# bash completion for firedrill
@SHARED@
_firedrill() {
  local line=${COMP_LINE:0:COMP_POINT} program=${COMP_WORDS[0]} current='' list='' wanted word cut=''
  local place='' names='' flags='' operands='' expects='' proxy=''
  local -a typed access=()
  read -ra typed <<<"$line" # bash's own words end at : and =
  if [[ $line != *[[:space:]] ]]; then
    current=${typed[${#typed[@]} - 1]}
    typed=("${typed[@]:0:${#typed[@]}-1}")
  fi
  _firedrill_walk "${typed[@]:1}"
  COMPREPLY=()
  if [[ -z $expects && $current == -* ]]; then
    for word in $flags; do list+=${word%%=*}$'\n'; done
  elif [[ -z $expects && -n $names ]]; then
    list=${names// /$'\n'}
  else
    wanted=$(_firedrill_wanted)
    case $wanted in
      FILE | DIR | JOURNAL)
        compopt -o default 2>/dev/null
        return
        ;;
      DRILL) compopt -o default 2>/dev/null ;; # a file, where there is no such name
    esac
    list=$(_firedrill_candidates "$wanted")
  fi
  [[ $current == *[:=]* ]] && cut=${current%"${current##*[:=]}"}
  while IFS= read -r word; do
    [[ -n $word && $word == "$current"* ]] && COMPREPLY+=("$(printf %q "${word#"$cut"}")")
  done <<<"$list"
}

complete -F _firedrill firedrill
)sh";

inline constexpr const char* zsh_script = R"sh(#compdef firedrill
# zsh completion for firedrill
@SHARED@
_firedrill() {
  local program=${words[1]} current=${words[CURRENT]} wanted
  local place='' names='' flags='' operands='' expects='' proxy=''
  local -a access list
  _firedrill_walk "${(@Q)words[2,CURRENT-1]}"
  if [[ -z $expects && $current == -* ]]; then
    list=(${=flags})
    list=("${(@)list%%=*}")
  elif [[ -z $expects && -n $names ]]; then
    list=(${=names})
  else
    wanted=$(_firedrill_wanted)
    case $wanted in
      FILE | DIR | JOURNAL)
        _files
        return
        ;;
      DRILL) _files ;; # or the name of one
    esac
    list=("${(@f)$(_firedrill_candidates "$wanted")}")
  fi
  list=(${list:#})
  compadd -- "${list[@]}"
}

if [[ ${funcstack[1]} == _firedrill ]]; then
  _firedrill "$@"
else
  compdef _firedrill firedrill
fi
)sh";

inline constexpr const char* fish_script = R"sh(# fish completion for firedrill

set -g __firedrill_valued @VALUED@

# The words before the cursor that are neither options nor their values.
function __firedrill_words
    set -l skip no
    for word in (commandline -opc)[2..-1]
        if test $skip = yes
            set skip no
        else if contains -- $word $__firedrill_valued
            set skip yes
        else if not string match -q -- '-*' $word
            echo $word
        end
    end
end

# True behind this command with so many operands: "2", "2+" for more as well, nothing for any number.
function __firedrill_at -a place operands
    set -l command (string split -n ' ' -- $place)
    set -l typed (__firedrill_words)
    set -l depth (count $command)
    test (count $typed) -ge $depth; or return 1
    if test $depth -gt 0
        test "$typed[1..$depth]" = "$place"; or return 1
    end
    set -l behind (math (count $typed) - $depth)
    switch "$operands"
        case ''
            return 0
        case '*+'
            test $behind -ge (string replace + '' -- $operands)
        case '*'
            test $behind -eq $operands
    end
end

# The daemon that the line is about.
function __firedrill_access
    set -l typed (commandline -opc)
    for i in (seq 2 (math (count $typed) - 1))
        if contains -- $typed[$i] --control --token-file
            printf '%s\n' $typed[$i] $typed[(math $i + 1)]
        end
    end
end

function __firedrill_proxies
    set -l program (commandline -opc)[1]
    command $program proxy list --quiet (__firedrill_access) 2>/dev/null
end

function __firedrill_faults
    set -l program (commandline -opc)[1]
    set -l typed (__firedrill_words)
    if test "$typed[1]" = runs
        command $program runs show $typed[3] (__firedrill_access) 2>/dev/null | grep '^fault' | cut -f 2
    else
        command $program fault list $typed[3] --quiet (__firedrill_access) 2>/dev/null
    end
end

function __firedrill_runs
    set -l program (commandline -opc)[1]
    command $program runs list --quiet (__firedrill_access) 2>/dev/null
end

function __firedrill_drills
    set -l program (commandline -opc)[1]
    command $program drills --quiet (__firedrill_access) 2>/dev/null
end

complete -c firedrill -f
@RULES@)sh";

}  // namespace firedrill::cli
