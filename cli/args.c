/* SPDX-FileCopyrightText: 2026 The Warren Authors
 * SPDX-License-Identifier: MIT
 *
 * Arguments. The tables of subcommands and options are what is parsed and what the help shows, so neither can say what the
 * other does not. (getopt_long is in no library that this program could use on every machine.)
 */
#include "cli/cli.h"

static const OPTION Common[OPTION_OWN] = {
    [OPTION_JSON] = {L"json", NULL, L"answer in JSON, for programs"},
    [OPTION_VERBOSE] = {L"verbose", NULL, L"show what the library logs"},
    [OPTION_HELP] = {L"help", NULL, L"show this"},
};

static const OPTION *OptionAt(const COMMAND *Command, unsigned Index) {
    const OPTION *Option = NULL;

    if (Index < OPTION_OWN) return &Common[Index];
    if (Index - OPTION_OWN < OPTIONS_MAX) Option = &Command->Options[Index - OPTION_OWN];
    return Option && Option->Name ? Option : NULL;
}

/* ---- help -------------------------------------------------------------------------------------------------------- */

static void Overview(void) {
    Print(L"%s %s: layer-3 tunnel adapters\n\nusage: %s COMMAND [OPTIONS]\n\n", BRAND_NAME, BRAND_VERSION, BRAND_FILE);
    for (const COMMAND *Command = Commands; Command->Name; ++Command) {
        Print(L"  ");
        PrintPadded(Command->Name, 16);
        Print(L"%s\n", Command->Summary);
    }
    Print(L"\nEach command explains itself: %s COMMAND --help. All of them take --json and --verbose.\n\n"
          L"Try it, in a terminal of an administrator:\n"
          L"  %s echo                       answers ping at 10.66.0.2 and fd66::2\n"
          L"  %s capture \"Warren Echo\" -w echo.pcapng   meanwhile, for Wireshark\n\n",
          BRAND_FILE, BRAND_FILE, BRAND_FILE);
    Print(L"Exit codes:\n"
          L"  0  done\n"
          L"  1  failed for another reason than these\n"
          L"  2  the arguments make no sense\n"
          L"  3  it takes the rights of an administrator, or others than the caller has\n"
          L"  4  there is no such adapter\n"
          L"  5  in use, or there is one already\n"
          L"  6  the driver is missing, cannot be installed, or does not start\n"
          L"  7  the output cannot be written\n");
}

static void Usage(const COMMAND *Command) {
    Print(L"usage: %s %s%s%s [OPTIONS]\n", BRAND_FILE, Command->Name, Command->Operands[0] ? L" " : L"",
          Command->Operands);
}

static void Help(const COMMAND *Command) {
    Usage(Command);
    Print(L"\n%s.\n\n", Command->Summary);
    if (Command->Details) Print(L"%s\n", Command->Details);
    for (unsigned Index = 0; Index < OPTION_OWN + OPTIONS_MAX; ++Index) {
        /* Its own first. */
        unsigned Shown = (Index + OPTION_OWN) % (OPTION_OWN + OPTIONS_MAX);
        const OPTION *Option = OptionAt(Command, Shown);
        WCHAR Left[48] = L"--";

        if (!Option) continue;
        TextAppend(Left, COUNT_OF(Left), Option->Name);
        if (Option->Value) TextAppend(Left, COUNT_OF(Left), L" ");
        if (Option->Value) TextAppend(Left, COUNT_OF(Left), Option->Value);
        Print(L"  ");
        PrintPadded(Left, 22);
        Print(L"%s\n", Option->Help);
    }
}

/* ---- which subcommand -------------------------------------------------------------------------------------------- */

/* How many of the words the name has if they begin with it, else 0. */
static int Matches(LPCWSTR Name, LPWSTR *Words, int Count) {
    int Matched = 0;

    while (*Name) {
        LPCWSTR Word = Matched < Count ? Words[Matched] : L"";

        while (*Word && *Word == *Name) ++Word, ++Name;
        if (*Word || (*Name && *Name != ' ')) return 0;
        if (*Name) ++Name;
        ++Matched;
    }
    return Matched;
}

static unsigned Smallest(unsigned Left, unsigned Right) { return Left < Right ? Left : Right; }

/* How many letters have to be added, left out or replaced (Levenshtein), up to the length that a name here has. */
static unsigned Distance(LPCWSTR Left, LPCWSTR Right) {
    unsigned Row[33], RightLength = (unsigned)TextLength(Right);

    if (RightLength > 32) return 99;
    for (unsigned At = 0; At <= RightLength; ++At) Row[At] = At;
    for (unsigned Line = 1; *Left; ++Left, ++Line) {
        unsigned Diagonal = Row[0];

        Row[0] = Line;
        for (unsigned At = 1; At <= RightLength; ++At) {
            unsigned Above = Row[At];

            Row[At] = Smallest(Smallest(Above, Row[At - 1]) + 1, Diagonal + (*Left != Right[At - 1]));
            Diagonal = Above;
        }
    }
    return Row[RightLength];
}

/* The second word of a command if the first is the group, else NULL. */
static LPCWSTR WithinGroup(const COMMAND *Command, LPCWSTR Group) {
    LPCWSTR At = Command->Name;

    while (*Group && *Group == *At) ++Group, ++At;
    return !*Group && *At == ' ' ? At + 1 : NULL;
}

static bool IsGroup(LPCWSTR Word) {
    for (const COMMAND *Command = Commands; Command->Name; ++Command)
        if (WithinGroup(Command, Word)) return true;
    return false;
}

static void GroupSay(LPCWSTR Group) {
    for (const COMMAND *Command = Commands; Command->Name; ++Command)
        if (WithinGroup(Command, Group)) Say(L"  %s %s", BRAND_FILE, Command->Name);
}

static void GroupHelp(LPCWSTR Group) {
    Print(L"usage: %s %s COMMAND [OPTIONS]\n\n", BRAND_FILE, Group);
    for (const COMMAND *Command = Commands; Command->Name; ++Command) {
        if (!WithinGroup(Command, Group)) continue;
        Print(L"  ");
        PrintPadded(Command->Name, 16);
        Print(L"%s\n", Command->Summary);
    }
    Print(L"\nEach explains itself: %s %s COMMAND --help.\n", BRAND_FILE, Group);
}

/* A command that somebody may have meant: one that is spelt nearly so, or "list" for "adapter list". */
static const COMMAND *NearestCommand(LPWSTR *Words, int Count) {
    WCHAR Given[64];
    const COMMAND *Nearest = NULL;
    unsigned Best = 4;

    for (const COMMAND *Command = Commands; Command->Name; ++Command) {
        LPCWSTR Second = Command->Name;
        unsigned Away;

        while (*Second && *Second++ != ' ') {
        }
        TextCopy(Given, COUNT_OF(Given), Words[0]);
        if (*Second && TextEqualNoCase(Given, Second)) return Command;
        if (*Second && Count > 1) {
            TextAppend(Given, COUNT_OF(Given), L" ");
            TextAppend(Given, COUNT_OF(Given), Words[1]);
        }
        Away = Distance(Given, Command->Name);
        /* "remove" is nearer to "rename" than to "delete", so short words have to be nearer still. */
        if (Away >= Best || (*Second && Away * 3 >= TextLength(Second))) continue;
        Nearest = Command;
        Best = Away;
    }
    return Nearest;
}

static void UnknownCommand(LPWSTR *Words, int Count) {
    const COMMAND *Nearest = NearestCommand(Words, Count);
    bool Group = IsGroup(Words[0]);

    if (Group && Count == 1) {
        Fail(EXIT_USAGE, L"%s what?", Words[0]);
    } else {
        Fail(EXIT_USAGE, L"there is no %s %s%s%s", Words[0][0] == '-' ? L"option" : L"command", Words[0],
             Group ? L" " : L"", Group ? Words[1] : L"");
        if (Nearest) Say(L"Did you mean: %s %s", BRAND_FILE, Nearest->Name);
    }
    if (Group)
        GroupSay(Words[0]);
    else
        Say(L"%s --help lists the commands.", BRAND_FILE);
}

/* ---- its arguments ----------------------------------------------------------------------------------------------- */

/* "--name" or "--name=value"; short ones are letters that everybody knows. */
static int OptionFind(const COMMAND *Command, LPCWSTR Word, LPCWSTR *Value) {
    static const struct {
        LPCWSTR Short, Long;
    } Shorts[] = {
        {L"-h", L"--help"}, {L"-?", L"--help"}, {L"/?", L"--help"}, {L"-v", L"--verbose"}, {L"-w", L"--write"}};

    *Value = NULL;
    for (unsigned Index = 0; Index < COUNT_OF(Shorts); ++Index)
        if (TextEqualNoCase(Word, Shorts[Index].Short)) Word = Shorts[Index].Long;
    for (unsigned Index = 0; Word[0] == '-' && Word[1] == '-' && Index < OPTION_OWN + OPTIONS_MAX; ++Index) {
        const OPTION *Option = OptionAt(Command, Index);
        LPCWSTR At = Word + 2, Name = Option ? Option->Name : L"-";

        while (*Name && *At == *Name) ++At, ++Name;
        if (*Name || (*At && *At != '=')) continue;
        if (*At) *Value = At + 1;
        return (int)Index;
    }
    return -1;
}

static bool Mistake(const COMMAND *Command, LPCWSTR What, LPCWSTR Word) {
    Fail(EXIT_USAGE, L"%s%s%s", What, Word[0] ? L" " : L"", Word);
    Say(L"usage: %s %s%s%s [OPTIONS]   (--help explains)", BRAND_FILE, Command->Name, Command->Operands[0] ? L" " : L"",
        Command->Operands);
    return false;
}

static bool UnknownOption(const COMMAND *Command, LPCWSTR Word) {
    WCHAR Given[32];
    LPCWSTR Nearest = NULL;
    unsigned Best = 4;
    size_t Length = 0;

    TextCopy(Given, COUNT_OF(Given), Word);
    while (Given[Length] && Given[Length] != '=') ++Length;
    Given[Length] = 0;
    for (unsigned Index = 0; Length > 3 && Index < OPTION_OWN + OPTIONS_MAX; ++Index) {
        const OPTION *Option = OptionAt(Command, Index);
        unsigned Away = Option ? Distance(Given + (Given[1] == '-' ? 2 : 1), Option->Name) : Best;

        if (Away < Best) Nearest = Option->Name;
        if (Away < Best) Best = Away;
    }
    Mistake(Command, L"there is no option", Word);
    if (Nearest) Say(L"Did you mean: --%s", Nearest);
    return false;
}

static bool Take(const COMMAND *Command, LPWSTR *Words, int Count, ARGUMENTS *Arguments) {
    bool Only = false; /* behind "--" there are no options */
    DWORD Operands = 0;

    for (int At = 0; At < Count; ++At) {
        LPCWSTR Word = Words[At], Value;
        int Index;

        if (!Only && Word[0] == '-' && Word[1] == '-' && !Word[2]) {
            Only = true;
        } else if (Only || (Word[0] != '-' && !(Word[0] == '/' && Word[1] == '?'))) {
            if (Operands == Command->Most) return Mistake(Command, L"one too many:", Word);
            Arguments->Operand[Operands++] = Word;
        } else {
            Index = OptionFind(Command, Word, &Value);
            if (Index < 0) return UnknownOption(Command, Word);
            if (OptionAt(Command, (unsigned)Index)->Value && !Value) Value = ++At < Count ? Words[At] : NULL;
            if (OptionAt(Command, (unsigned)Index)->Value && !Value)
                return Mistake(Command, L"a value is missing for", Word);
            if (!OptionAt(Command, (unsigned)Index)->Value && Value)
                return Mistake(Command, L"no value belongs to", Word);
            Arguments->Value[Index] = Value ? Value : L"";
        }
    }
    if (Arguments->Value[OPTION_HELP] || Operands >= Command->Least) return true;
    return Mistake(Command, L"missing:", Command->Operands);
}

static bool IsOneOf(LPCWSTR Word, const LPCWSTR *Words, size_t Count) {
    while (Count)
        if (TextEqualNoCase(Word, Words[--Count])) return true;
    return false;
}

static bool IsHelp(LPCWSTR Word) {
    static const LPCWSTR Helps[] = {L"--help", L"-h", L"-?", L"/?"};

    return IsOneOf(Word, Helps, COUNT_OF(Helps));
}

/* Answers what needs no subcommand: the overview, and what a group of them has. False: there is one to be looked for. */
static bool AnswerAlone(LPWSTR *Words, int Count, bool Help, EXIT_CODE *Code) {
    if (!Count || IsHelp(Words[0])) {
        if (Count || Help)
            *Code = EXIT_GOOD;
        else if (OutIsJson())
            return Fail(EXIT_USAGE, L"which command? %s --help lists them", BRAND_FILE) != EXIT_GOOD;
        Overview();
        return true;
    }
    if (!IsGroup(Words[0]) || !(Count == 1 ? Help : IsHelp(Words[1]))) return false;
    *Code = EXIT_GOOD;
    GroupHelp(Words[0]);
    return true;
}

const COMMAND *ArgumentsParse(LPWSTR *Words, int Count, ARGUMENTS *Arguments, EXIT_CODE *Code) {
    static const LPCWSTR Early[] = {L"--json", L"--verbose", L"-v"};
    const COMMAND *Command = Commands;
    int Used = 0;

    memset(Arguments, 0, sizeof(*Arguments));
    *Code = EXIT_USAGE;
    for (; Count && IsOneOf(Words[0], Early, COUNT_OF(Early)); ++Words, --Count)
        Arguments->Value[Words[0][2] == 'j' ? OPTION_JSON : OPTION_VERBOSE] = L"";
    if (Count && TextEqualNoCase(Words[0], L"--version")) Words[0] = (LPWSTR)L"version";
    if (Count && TextEqualNoCase(Words[0], L"help")) ++Words, --Count, Arguments->Value[OPTION_HELP] = L"";
    if (AnswerAlone(Words, Count, Arguments->Value[OPTION_HELP] != NULL, Code)) return NULL;
    while (Command->Name && !(Used = Matches(Command->Name, Words, Count))) ++Command;
    if (!Command->Name) {
        UnknownCommand(Words, Count);
        return NULL;
    }
    if (!Take(Command, Words + Used, Count - Used, Arguments)) return NULL;
    *Code = EXIT_GOOD;
    if (!Arguments->Value[OPTION_HELP]) return Command;
    Help(Command);
    return NULL;
}

bool ArgumentsWantJson(LPWSTR *Words, int Count) {
    for (; Count && !TextEqualNoCase(Words[0], L"--"); ++Words, --Count)
        if (TextEqualNoCase(Words[0], L"--json")) return true;
    return false;
}

bool ArgumentNumber(LPCWSTR Option, LPCWSTR Text, DWORD Least, DWORD Most, DWORD *Number) {
    uint64_t Value = 0;
    LPCWSTR At = Text;

    for (; *At >= '0' && *At <= '9' && Value <= Most; ++At) Value = Value * 10 + (uint64_t)(*At - '0');
    if (!*At && At != Text && Value >= Least && Value <= Most) {
        *Number = (DWORD)Value;
        return true;
    }
    Fail(EXIT_USAGE, L"--%s takes a number from %u to %u, not %s", Option, Least, Most, Text[0] ? Text : L"nothing");
    return false;
}
