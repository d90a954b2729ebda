// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.IO;
using System.Reflection;
using System.Runtime.Loader;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace FastLedger.Simulation;

/// <summary>
/// Builds a mutant: core and simulator from their own sources, which this assembly carries, with the edits applied, as one
/// assembly in memory.
/// </summary>
public static class MutantCompiler
{
    private const string Prefix = "source/";

    /// <summary>The source files by path.</summary>
    public static IReadOnlyDictionary<string, string> Sources { get; } = ReadSources();

    /// <summary>Applies the edits.</summary>
    /// <exception cref="InvalidOperationException">A text does not occur exactly once.</exception>
    public static Dictionary<string, string> Edit(Mutant mutant)
    {
        var sources = new Dictionary<string, string>(Sources);
        foreach (MutantEdit edit in mutant.Edits)
        {
            string source = sources[edit.File];
            int at = source.IndexOf(edit.Text, StringComparison.Ordinal);
            if (at < 0 || source.IndexOf(edit.Text, at + 1, StringComparison.Ordinal) >= 0)
            {
                throw new InvalidOperationException($"{mutant.Name}: the text to change must occur once in {edit.File}: {edit.Text}");
            }

            sources[edit.File] = source.Replace(edit.Text, edit.Replacement, StringComparison.Ordinal);
        }

        return sources;
    }

    /// <summary>Compiles and loads the mutant.</summary>
    public static Assembly Load(Mutant mutant, AssemblyLoadContext context)
    {
        var trees = new List<SyntaxTree>();
        CSharpParseOptions parse = CSharpParseOptions.Default.WithLanguageVersion(LanguageVersion.Latest);
        foreach ((string path, string text) in Edit(mutant)) trees.Add(CSharpSyntaxTree.ParseText(SourceText.From(text), parse, path));

        var references = new List<MetadataReference>();
        string platform = (string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!;
        foreach (string path in platform.Split(Path.PathSeparator))
        {
            string name = Path.GetFileNameWithoutExtension(path);
            if (name is not ("FastLedger.Consensus" or "FastLedger.Simulation")) references.Add(MetadataReference.CreateFromFile(path));
        }

        CSharpCompilation compilation = CSharpCompilation.Create(
            "Mutant." + mutant.Name, trees, references,
            new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable));
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success)
        {
            foreach (Diagnostic diagnostic in result.Diagnostics)
            {
                if (diagnostic.Severity == DiagnosticSeverity.Error) throw new InvalidOperationException(mutant.Name + ": " + diagnostic.ToString());
            }
        }

        image.Position = 0;
        return context.LoadFromStream(image);
    }

    private static Dictionary<string, string> ReadSources()
    {
        Assembly self = typeof(MutantCompiler).Assembly;
        var sources = new Dictionary<string, string>();
        foreach (string name in self.GetManifestResourceNames())
        {
            if (!name.StartsWith(Prefix, StringComparison.Ordinal)) continue;
            using var reader = new StreamReader(self.GetManifestResourceStream(name)!);
            sources.Add(name[Prefix.Length..].Replace('\\', '/'), reader.ReadToEnd().ReplaceLineEndings("\n"));
        }

        return sources;
    }
}
