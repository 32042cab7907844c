# The laws that can be read off the lines of the Swift sources. Called by check; works with mawk.
#
#     arrows    file: path, target, kind, declared dependencies; one target a line, tabs between
#     wrappers  file: the sources that may say `unsafe`, each with its reason
#     figures   file to write: how many lines and functions there are, and how long
#     limit     how many lines a function may have
#
# Comments, strings and raw identifiers are taken out of a line before it is judged. Where a function ends is told by
# the indentation of its closing brace, which swift-format guarantees.

BEGIN {
    FS = "\t"
    while ((getline < arrows) > 0) {
        path[++targets] = $1 "/"
        name[targets] = $2
        kind[targets] = $3
        declared[targets] = " " $4 " "
    }
    FS = " "
    while ((getline < wrappers) > 0)
        if ($1 !~ /^#/ && NF) wrapper[$1] = 0

    outer = " DeskStore DeskNet DeskCrypto DeskPost DeskTerminal "
    middle = " DeskWire DeskEngine DeskMail DeskStore "
    system_modules = " Swift Synchronization "
    word = "(Manager|Helper|Util|Utils|Utilities|Handler|Processor|Context|Info|Data|Impl|Base)"
    lower_word = "^(manager|helper|utils|handler|processor|context|info|impl)$"
    judge_package()
}

FNR == 1 { enter() }

{
    lines++
    code = bare($0)
    judge_imports()
    judge_words()
    judge_names()
    judge_functions()
}

END {
    for (file in wrapper)
        if (!wrapper[file]) print wrappers ": " file " says `unsafe` nowhere, or is gone"
    if (figures) print_figures()
}

function broken(what) { print FILENAME ":" FNR ": " what }

# -- The package as declared ------------------------------------------------------------------------------------------

function judge_package(    t, n, i, dependencies) {
    for (t = 1; t <= targets; t++) {
        if (path[t] !~ /^Sources\// || name[t] ~ /^C[A-Z]/) continue
        n = split(declared[t], dependencies, " ")
        for (i = 1; i <= n; i++) {
            if (dependencies[i] ~ /^C[A-Z]/ && !(outer ~ " " name[t] " "))
                print "Package.swift:1: " name[t] " must not depend on C (" dependencies[i] ")"
            if (middle ~ " " name[t] " " && middle ~ " " dependencies[i] " ")
                print "Package.swift:1: " name[t] " must not depend on its neighbour " dependencies[i]
        }
    }
}

# -- One file ---------------------------------------------------------------------------------------------------------

function enter(    t, base) {
    files++
    open = text = 0
    target = 0
    for (t = 1; t <= targets; t++)
        if (index(FILENAME, path[t]) == 1) target = t
    shipped = FILENAME ~ /^Sources\//
    base = FILENAME
    sub(/^.*\//, "", base)
    sub(/\.swift$/, "", base)
    if (forbidden(base)) broken("the file's name says nothing: " base)
}

# The line without comments, strings and raw identifiers; the inside of a """ string is empty.
function bare(line,    marks) {
    marks = gsub(/"""/, "\"\"\"", line)
    if (text) {
        if (marks % 2) { text = 0; sub(/^.*"""/, "", line) } else return ""
    } else if (marks % 2) {
        text = 1
        sub(/""".*$/, "", line)
    }
    gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
    gsub(/`[^`]*`/, "`", line)
    sub(/\/\/.*$/, "", line)
    sub(/ +$/, "", line)
    return line
}

# A module is imported only where the package says so, C's library only by what touches the machine.
function judge_imports(    module) {
    if (code !~ /^(@testable |@_exported |public |package |internal |fileprivate |private )*import /) return
    module = code
    sub(/^.*import +((struct|class|enum|protocol|func|let|var|typealias) +)?/, "", module)
    sub(/\..*$/, "", module)
    if (!target || declared[target] ~ " " module " ") return
    if (system_modules ~ " " module " ") return
    if (module == "Glibc" && (!shipped || kind[target] == "executable" || outer ~ " " name[target] " ")) return
    if (!shipped && (module == "Testing" || module == "Foundation")) return
    broken(name[target] " does not declare that it needs " module)
}

function judge_words() {
    if (code ~ /(^|[^A-Za-z0-9_@.])unsafe( |$)/ && shipped) {
        if (!(FILENAME in wrapper)) broken("`unsafe` in a file that " wrappers " does not list with its reason")
        wrapper[FILENAME] = 1
    }
    if (shipped && code ~ /(^|[^A-Za-z0-9_.])(async|await|actor|Task)([^A-Za-z0-9_:]|$)/)
        broken("concurrency is threads and mailboxes here: no async, await, actor, Task")
    if (shipped && code ~ /(try|as)!/) broken("no try! and no as!")
    if (!shipped && code ~ /(^|[^A-Za-z0-9_])(sleep|usleep|nanosleep)\(/)
        broken("a test waits for what it needs, it does not sleep")
}

function judge_names(    declared_name) {
    declared_name = code
    if (!sub(/^.*(struct|class|enum|protocol|func|typealias|case) +/, "", declared_name)) return
    if (match(declared_name, /^[A-Za-z0-9_]+/) == 0) return
    declared_name = substr(declared_name, 1, RLENGTH)
    if (forbidden(declared_name)) broken("a name that says nothing: " declared_name)
}

function forbidden(word_of_ours) {
    if (word_of_ours == "TLSContext") return 0
    return word_of_ours ~ word "([A-Z_+]|$)" || word_of_ours ~ lower_word
}

# -- Functions --------------------------------------------------------------------------------------------------------

function judge_functions(    indent) {
    match(code, /^ */)
    indent = RLENGTH
    if (signature) {
        finish_signature(indent)
    } else if (code ~ /(^| )(func [^ ]|init[?]?[<(]|deinit( |$)|subscript[<(])/ ||
               code ~ /(^| )var [^=]*\{$/) {
        began = FNR
        began_indent = indent
        parentheses = 0
        finish_signature(indent)
    }
    if (open && FNR > opened[open] && indent == column[open] && substr(code, indent + 1, 1) == "}") {
        count(FNR - opened[open] + 1, opened[open])
        open--
    }
}

# A signature ends where its parentheses close: with a brace, or without a body (a protocol's requirement).
function finish_signature(indent) {
    parentheses += gsub(/\(/, "(", code) - gsub(/\)/, ")", code)
    signature = parentheses > 0 && code !~ /\{$/
    if (signature) return
    if (code ~ /\{( .* in)?$/) {
        open++
        opened[open] = began
        column[open] = began_indent
    } else if (code ~ /\}$/) {
        count(FNR - began + 1, began)
    }
}

function count(length_of_it, line) {
    functions++
    if (shipped) of_length[length_of_it]++
    if (shipped) shipped_functions++
    if (length_of_it > longest) longest = length_of_it
    if (length_of_it > limit) print FILENAME ":" line ": a function of " length_of_it " lines, at most " limit
}

function print_figures(    i, seen) {
    for (i = 1; i <= longest && seen * 2 < shipped_functions; i++) seen += of_length[i]
    printf "%d files, %d lines, %d functions, median %d and longest %d lines\n",
        files, lines, functions, i - 1, longest > figures
}
