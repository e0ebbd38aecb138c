#!/bin/sh
# Prints the longest functions and files, and how long functions are on the whole. Enforces nothing.
#   top_length.sh [SOURCE_ROOT [HOW_MANY]]
cd "${1:-.}" || exit 2
count=${2:-15}

echo "longest files (lines):"
find src include -name '*.[ch]' -exec wc -l {} + 2>/dev/null | grep -v ' total$' | sort -rn |
    head -n "$count"

if ! ctags --version 2>/dev/null | grep -q 'Universal Ctags'; then
    echo "functions are measured where universal-ctags is installed"
    exit 0
fi
functions=$(find src -name '*.c' -print0 |
    xargs -0 ctags -x --c-kinds=f --fields=+ne --_xformat='%{end} %n %F %N' 2>/dev/null |
    awk '$1 ~ /^[0-9]+$/ { print $1 - $2 + 1, $3 ":" $2, $4 }' | sort -rn)
[ -n "$functions" ] || exit 0
echo "longest functions (lines):"
echo "$functions" | head -n "$count"
echo "$functions" | awk '{ n[NR] = $1 }
    END { printf "%d functions: median %d, 90 %% up to %d, over 60 lines: ", NR,
              n[int((NR + 1) / 2)], n[int(NR / 10) + 1];
          for (i = 1; i <= NR && n[i] > 60; i++) ;
          print i - 1 }'
