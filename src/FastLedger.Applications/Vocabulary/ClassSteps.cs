// SPDX-License-Identifier: Apache-2.0
using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using FastLedger.Applications.Scenarios;
using FastLedger.Primitives.Commands;

namespace FastLedger.Applications.Vocabulary;

/// <summary>
/// Classes of objects, which are data. The lines below the sentence say: <c>states A, B, C</c> (numbered from 0, the state that the issuer
/// revokes to is written <c>Revoked=15</c>); <c>flags X, Y</c>; <c>parent "class" in A, B</c>; <c>value 1 to 20</c>; <c>proof every 1 day</c>;
/// <c>issued by anyone</c>; and one line per edge, <c>A -> B by Owner</c>.
/// </summary>
internal static class ClassSteps
{
    /// <summary>As an issue policy: everybody may create.</summary>
    private const uint Anyone = uint.MaxValue;

    public static IReadOnlyList<StepDefinition> All { get; } =
    [
        new ActionStep("defines the class {name}[, issued by {policy}][, with the roles of {policy}]:", "Creates a class of objects from the lines below: states, flags, edges, and what else the class demands (\"value 1 to 9\", \"proof every 23 hours\", \"holding at most 2\").", Define),
        new ActionStep("lets {policy} issue the class {name}", "From now on that policy agrees to every new object.", d =>
            d.Send(new AssignPolicyCommand { Target = PolicyTarget.ObjectClassIssuer, Record = d.Thing(Kinds.Class, 1), Policy = d.Policy(0) })),
    ];

    private static void Define(Deed d)
    {
        string name = d.Name(0);
        var create = new CreateClassCommand { IssuePolicy = d.PolicyOrNone(1), RolePolicy = d.PolicyOrNone(2) };
        var states = new Dictionary<string, uint>(StringComparer.Ordinal);
        var edges = new List<SetTransitionCommand>();
        foreach (string line in d.Step.Lines)
        {
            string[] words = line.Split(' ', 2);
            switch (words[0])
            {
                case "states":
                    foreach (string state in words[1].Split(", ")) AddState(states, state);
                    break;
                case "flags":
                    create.ClassFlags = Enum.Parse<ClassFlags>(words[1]);
                    break;
                case "issued":
                    create.IssuePolicy = Anyone;
                    break;
                case "parent":
                    SetParent(d, ref create, words[1]);
                    break;
                case "value":
                    string[] bounds = words[1].Split(" to ");
                    create.MinValue = Number(bounds[0]);
                    create.MaxValue = Number(bounds[1]);
                    break;
                case "holding":
                    create.MaxPerOwner = (uint)Number(words[1].Replace("at most ", "", StringComparison.Ordinal));
                    break;
                case "proof":
                    create.ProofSeconds = StepArguments.SecondsOf(words[1].Replace("every ", "", StringComparison.Ordinal));
                    break;
                default:
                    edges.Add(Edge(states, line));
                    break;
            }
        }

        d.SendNamed(in create, Kinds.Class, name);
        foreach (SetTransitionCommand edge in edges) d.Send(in edge);
        d.Send(new SetTransitionCommand { Opcode = Opcode.ActivateClass });
        d.World.States[name] = states;
    }

    private static void AddState(Dictionary<string, uint> states, string state)
    {
        string[] parts = state.Split('=');
        states.Add(parts[0], parts.Length > 1 ? (uint)Number(parts[1]) : (uint)states.Count);
    }

    private static void SetParent(Deed d, ref CreateClassCommand create, string text)
    {
        string[] parts = text.Split("\" in ");
        string parent = parts[0].Trim('"');
        create.ParentClass = (uint)d.World.Thing(Kinds.Class, parent);
        if (parts.Length == 1) return;
        create.ParentStates = (ushort)parts[1].Split(", ").Select(s => 1 << (int)d.World.States[parent][s]).Sum();
    }

    private static SetTransitionCommand Edge(Dictionary<string, uint> states, string line)
    {
        string[] ends = line.Split(" -> ");
        string[] target = ends.Length == 2 ? ends[1].Split(" by ") : [];
        if (target.Length != 2) throw new ScenarioException($"\"{line}\" is no line of a class.");
        return new SetTransitionCommand { From = (byte)State(states, ends[0]), To = (byte)State(states, target[0]), Role = Enum.Parse<TransitionRole>(target[1]) };
    }

    private static uint State(Dictionary<string, uint> states, string name) =>
        states.TryGetValue(name, out uint state) ? state : throw new ScenarioException($"The class has no state {name}.");

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.AllowThousands, CultureInfo.InvariantCulture);
}
