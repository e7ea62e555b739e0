using System.Text.RegularExpressions;

namespace OpenAI.Realtime.WebRtc.Benchmarks.Types;

/// <summary>A type as far as it shows in JSON.</summary>
internal abstract record TsType;

/// <summary>A name, to be looked up from where it stands.</summary>
internal sealed record TsName(string Name, string Scope, TsModule Module) : TsType;

/// <summary>A text or a number that is written out.</summary>
internal sealed record TsLiteral(string Json) : TsType;

/// <summary>One of several.</summary>
internal sealed record TsUnion(IReadOnlyList<TsType> Types) : TsType;

/// <summary>A list.</summary>
internal sealed record TsArray(TsType Element) : TsType;

/// <summary>An object; a map has no members but values.</summary>
internal sealed record TsObject(IReadOnlyList<(string Name, TsType Type)> Members, IReadOnlyList<TsName> Bases, TsType? Values) : TsType;

/// <summary>The declarations of one file, by their names with those of their namespaces.</summary>
internal sealed class TsModule(string path)
{
    public Dictionary<string, TsType> Types { get; } = [];

    /// <summary>Name of an import → its file.</summary>
    public Dictionary<string, string> Imports { get; } = [];

    public string Path { get; } = path;
}

/// <summary>Reads as much of a <c>.d.ts</c> file as a generated client needs: interfaces, types, namespaces. Classes and functions are passed over.</summary>
internal sealed partial class TypeScriptReader
{
    private readonly TsModule _module;
    private readonly List<string> _tokens;
    private int _at;

    private TypeScriptReader(TsModule module, string text)
    {
        _module = module;
        _tokens = [.. Tokens().Matches(Comments().Replace(text, "")).Select(m => m.Value)];
    }

    public static TsModule Read(string path)
    {
        var module = new TsModule(path);
        string text = File.ReadAllText(path);
        foreach (Match import in Imports().Matches(text))
            module.Imports[import.Groups[1].Value] = System.IO.Path.GetFullPath(import.Groups[2].Value + ".d.ts", System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!);
        var reader = new TypeScriptReader(module, text);
        while (reader._at < reader._tokens.Count)
            reader.Declaration("");
        return module;
    }

    private string Peek => _at < _tokens.Count ? _tokens[_at] : "";

    private string Next() => _at < _tokens.Count ? _tokens[_at++] : throw new InvalidDataException($"{_module.Path} ends too early.");

    private bool Take(string token)
    {
        if (Peek != token)
            return false;
        _at++;
        return true;
    }

    private void Expect(string token)
    {
        if (!Take(token))
            throw new InvalidDataException($"{_module.Path}: '{token}' is expected where '{Peek}' stands, after '{string.Join(' ', _tokens[Math.Max(0, _at - 8).._at])}'.");
    }

    private void Declaration(string scope)
    {
        while (Peek is "export" or "declare")
            _at++;
        switch (Next())
        {
            case "interface":
                string name = Next();
                PassOverArguments();
                List<TsName> bases = [];
                if (Take("extends"))
                {
                    do
                    {
                        bases.Add(new TsName(Next(), scope, _module));
                        PassOverArguments();
                    }
                    while (Take(","));
                }
                _module.Types[scope + name] = Body(scope, bases);
                break;
            case "type" when Peek is not ("{" or "="):
                string alias = Next();
                if (Peek == "<")
                {
                    PassOver();     // a function over types
                    break;
                }
                Expect("=");
                _module.Types[scope + alias] = Type(scope);
                Take(";");
                break;
            case "namespace":
                string inner = $"{scope}{Next()}.";
                Expect("{");
                while (!Take("}"))
                    Declaration(inner);
                break;
            default:
                _at--;
                PassOver();
                break;
        }
    }

    /// <summary>To the end of a statement, over whatever stands in braces.</summary>
    private void PassOver()
    {
        for (int depth = 0; _at < _tokens.Count;)
        {
            string token = Next();
            depth += token is "{" or "(" ? 1 : token is "}" or ")" ? -1 : 0;
            if (depth <= 0 && (token is ";" or "}"))
                return;
        }
    }

    private void PassOverArguments()
    {
        if (Peek != "<")
            return;
        int depth = 0;
        do
            depth += Peek == "<" ? 1 : Peek == ">" ? -1 : 0;
        while (Next() != ">" || depth > 0);
    }

    private TsObject Body(string scope, IReadOnlyList<TsName> bases)
    {
        Expect("{");
        List<(string, TsType)> members = [];
        TsType? values = null;
        while (!Take("}"))
        {
            Take("readonly");
            if (Take("["))
            {
                while (!Take("]"))
                    _at++;
                Expect(":");
                values = Type(scope);
            }
            else
            {
                string name = Next().Trim('\'', '"');
                Take("?");
                Expect(":");
                members.Add((name, Type(scope)));
            }
            _ = Take(";") || Take(",");
        }
        return new TsObject(members, bases, values);
    }

    private TsType Type(string scope)
    {
        Take("|");
        List<TsType> types = [];
        do
        {
            TsType type = Single(scope);
            while (Take("&"))
                Single(scope);      // (string & {}): a text that is open
            types.Add(type);
        }
        while (Take("|"));
        return types.Count == 1 ? types[0] : new TsUnion(types);
    }

    private TsType Single(string scope)
    {
        TsType type;
        if (Take("("))
        {
            type = Type(scope);
            Expect(")");
        }
        else if (Peek == "{")
        {
            type = Body(scope, []);
        }
        else
        {
            string token = Next();
            List<TsType> arguments = [];
            if (Take("<"))
            {
                do
                    arguments.Add(Type(scope));
                while (Take(","));
                Expect(">");
            }
            type = token switch
            {
                _ when token[0] is '\'' or '"' => new TsLiteral($"\"{token.Trim('\'', '"')}\""),
                _ when char.IsAsciiDigit(token[0]) => new TsLiteral(token),
                "Array" => new TsArray(arguments[0]),
                "Record" => new TsObject([], [], arguments[1]),
                _ => new TsName(token, scope, _module),
            };
        }
        while (Take("["))
        {
            Expect("]");
            type = new TsArray(type);
        }
        return type;
    }

    [GeneratedRegex(@"/\*.*?\*/|^\s*//[^\n]*", RegexOptions.Singleline | RegexOptions.Multiline)]
    private static partial Regex Comments();

    [GeneratedRegex(@"'[^']*'|""[^""]*""|[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)*|\d+(\.\d+)?|=>|\S")]
    private static partial Regex Tokens();

    [GeneratedRegex(@"^import \* as (\w+) from ['""]([^'""]+?)(?:\.js)?['""]", RegexOptions.Multiline)]
    private static partial Regex Imports();
}
