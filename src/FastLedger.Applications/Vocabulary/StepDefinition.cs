// SPDX-License-Identifier: Apache-2.0
using System;
using System.Threading.Tasks;

namespace FastLedger.Applications.Vocabulary;

/// <summary>A sentence that scenarios may use.</summary>
/// <param name="form">Its form; see <see cref="StepPattern"/>.</param>
/// <param name="meaning">What it does, for the reference page.</param>
internal abstract class StepDefinition(string form, string meaning)
{
    public StepPattern Pattern { get; } = new(form);

    public string Meaning => meaning;
}

/// <summary>A party sends commands. The sentence begins with the party; inside a chain the party is left out.</summary>
internal sealed class ActionStep(string form, string meaning, Action<Deed> build) : StepDefinition(form, meaning)
{
    /// <summary>Adds the commands.</summary>
    public void Build(Deed deed) => build(deed);
}

/// <summary>Anything else: brings things into being, lets time pass, or checks.</summary>
/// <param name="form">Its form.</param>
/// <param name="meaning">What it does.</param>
/// <param name="play">Does it, throws when it is not so, and returns what is worth showing.</param>
/// <param name="isRefusal">It shows that something did not succeed: it counts as an attack where attacks are played.</param>
internal sealed class FreeStep(string form, string meaning, Func<StepArguments, ValueTask<string>> play, bool isRefusal = false) : StepDefinition(form, meaning)
{
    public bool IsRefusal => isRefusal;

    public ValueTask<string> PlayAsync(StepArguments arguments) => play(arguments);
}
