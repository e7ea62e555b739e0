using System.Reflection;
using System.Runtime.CompilerServices;
using OpenAI.Realtime.WebRtc.SIPSorcery.Peers;

// One class at a time: one of the tests counts the process's threads, and SIPSorcery's handshakes have short limits of their own.
[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace OpenAI.Realtime.WebRtc.SIPSorcery.Tests;

/// <summary>The assembly itself: what it shows, and what it must not have.</summary>
public sealed class FaceTests
{
    private const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
    private static readonly Assembly Adapter = typeof(SIPSorceryPeerConnectionFactory).Assembly;

    [Fact]
    public void Nothing_public_names_a_type_of_SIPSorcery_or_Concentus()
    {
        IEnumerable<Type> shown = Adapter.GetExportedTypes().SelectMany(type => type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
            .SelectMany(member => member switch
            {
                MethodInfo method => [method.ReturnType, .. method.GetParameters().Select(p => p.ParameterType)],
                ConstructorInfo constructor => constructor.GetParameters().Select(p => p.ParameterType),
                PropertyInfo property => [property.PropertyType],
                FieldInfo field => [field.FieldType],
                _ => Array.Empty<Type>(),
            }).Concat(type.GetInterfaces()).Append(type.BaseType ?? type));
        Assert.DoesNotContain(shown, type => type.Assembly.GetName().Name is "SIPSorcery" or "SIPSorceryMedia.Abstractions" or "Concentus");
    }

    [Fact]
    public void No_method_is_async_void() => Assert.DoesNotContain(
        Adapter.GetTypes().SelectMany(type => type.GetMethods(All)),
        method => method.ReturnType == typeof(void) && method.GetCustomAttribute<AsyncStateMachineAttribute>() is not null);

    [Fact]
    public void Nothing_static_can_change() => Assert.Empty(
        Adapter.GetTypes().Where(type => !type.IsDefined(typeof(CompilerGeneratedAttribute), false) && !type.Name.Contains('<', StringComparison.Ordinal))
            .SelectMany(type => type.GetFields(All))
            .Where(field => field is { IsStatic: true, IsInitOnly: false, IsLiteral: false } && !field.Name.Contains('<', StringComparison.Ordinal))
            .Select(field => $"{field.DeclaringType}.{field.Name}"));
}
