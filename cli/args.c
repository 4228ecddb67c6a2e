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

static void UnknownCommand(LPWSTR *Words, int Count) {
    WCHAR Given[64];
    const COMMAND *Nearest = NULL;
    unsigned Best = 4;

    TextCopy(Given, COUNT_OF(Given), Words[0]);
    for (const COMMAND *Command = Commands; Command->Name; ++Command) {
        bool TwoWords = false;
        unsigned Away;

        for (LPCWSTR At = Command->Name; *At; ++At) TwoWords |= *At == ' ';
        TextCopy(Given, COUNT_OF(Given), Words[0]);
        if (TwoWords && Count > 1) {
            TextAppend(Given, COUNT_OF(Given), L" ");
            TextAppend(Given, COUNT_OF(Given), Words[1]);
        }
        Away = Distance(Given, Command->Name);
        if (Away < Best) Nearest = Command;
        if (Away < Best) Best = Away;
    }
    Say(L"error: there is no command %s", Words[0]);
    if (Nearest) Say(L"Did you mean: %s %s", BRAND_FILE, Nearest->Name);
    Say(L"%s --help lists the commands.", BRAND_FILE);
}

/* Commands that begin with the word, when that is all there is: "adapter" alone. */
static bool IsGroup(LPCWSTR Word) {
    bool Any = false;

    for (const COMMAND *Command = Commands; Command->Name; ++Command) {
        LPCWSTR At = Command->Name, Letter = Word;

        while (*Letter && *Letter == *At) ++Letter, ++At;
        if (*Letter || *At != ' ') continue;
        if (!Any) Say(L"error: %s what?", Word);
        Say(L"  %s %s", BRAND_FILE, Command->Name);
        Any = true;
    }
    return Any;
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
    Say(L"error: %s%s%s", What, Word[0] ? L" " : L"", Word);
    Say(L"usage: %s %s%s%s [OPTIONS]   (--help explains)", BRAND_FILE, Command->Name, Command->Operands[0] ? L" " : L"",
        Command->Operands);
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
            if (Index < 0) return Mistake(Command, L"there is no option", Word);
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

const COMMAND *ArgumentsParse(LPWSTR *Words, int Count, ARGUMENTS *Arguments, EXIT_CODE *Code) {
    const COMMAND *Command = Commands;
    int Used = 0;

    memset(Arguments, 0, sizeof(*Arguments));
    *Code = EXIT_USAGE;
    if (!Count) {
        Overview();
        return NULL;
    }
    if (TextEqualNoCase(Words[0], L"--help") || TextEqualNoCase(Words[0], L"-h") || TextEqualNoCase(Words[0], L"/?") ||
        TextEqualNoCase(Words[0], L"-?") || (TextEqualNoCase(Words[0], L"help") && Count == 1)) {
        Overview();
        *Code = EXIT_GOOD;
        return NULL;
    }
    if (TextEqualNoCase(Words[0], L"--version")) Words[0] = (LPWSTR)L"version";
    if (TextEqualNoCase(Words[0], L"help")) ++Words, --Count, Arguments->Value[OPTION_HELP] = L"";
    while (Command->Name && !(Used = Matches(Command->Name, Words, Count))) ++Command;
    if (!Command->Name) {
        if (!(Count == 1 && IsGroup(Words[0]))) UnknownCommand(Words, Count);
        return NULL;
    }
    if (!Take(Command, Words + Used, Count - Used, Arguments)) return NULL;
    *Code = EXIT_GOOD;
    if (!Arguments->Value[OPTION_HELP]) return Command;
    Help(Command);
    return NULL;
}

bool ArgumentNumber(LPCWSTR Option, LPCWSTR Text, DWORD Least, DWORD Most, DWORD *Number) {
    uint64_t Value = 0;
    LPCWSTR At = Text;

    for (; *At >= '0' && *At <= '9' && Value <= Most; ++At) Value = Value * 10 + (uint64_t)(*At - '0');
    if (!*At && At != Text && Value >= Least && Value <= Most) {
        *Number = (DWORD)Value;
        return true;
    }
    Say(L"error: --%s takes a number from %u to %u, not %s", Option, Least, Most, Text);
    return false;
}
