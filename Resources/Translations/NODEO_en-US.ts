<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en-US" sourcelanguage="en-US">
<context>
    <name>NODEORegistration</name>
    <message>
        <source>NODEO Registration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deforms the moving volume onto the fixed one, smoothly, without folding, in 3-D and 2-D: a neural velocity field, optimized for this one pair, on the GPU or the CPU. Choose two volumes and press Register. The method: &lt;a href=&quot;https://arxiv.org/abs/2108.03443&quot;&gt;NODEO, CVPR 2022&lt;/a&gt;.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After Y. Wu, T. Z. Jiahao, J. Wang, P. A. Yushkevich, M. A. Hsieh, J. C. Gee: NODEO: A Neural Ordinary Differential Equation Based Optimization Framework for Deformable Image Registration. CVPR 2022. Please cite it. Not for clinical use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed volume:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The volume that stays where it is; the result has its voxels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving volume:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The volume that is deformed onto the fixed one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Register:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of a moving volume that shows a series (a sequence): every frame of it, or the one that is shown, as a volume like others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Reference:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the frames of a series are deformed onto, if no fixed volume is chosen: one of them, or their mean, so that none has a privilege.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The number of that frame, from 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Motion:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of a series. Each frame by itself: begun where its neighbor ended. One motion: a single flow through time, fitted to all frames together, smooth between them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The motion repeats, as of a heart or a breath: the first frame comes after the last.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cyclic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Preset:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much time and accuracy: sets everything under Regularization and Advanced. Custom: something was changed by hand.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Images:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What are the images? Same kind: CT and CT, T1 and T1. Different kinds: MR and CT, T1 and PET, ultrasound and MR. Find out: the images decide, and the result says how.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Register</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a fixed and a moving volume.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The loss of each level, from its first iteration to now; the number is the latest.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All registrations of the scene. What is chosen here is inspected, applied and exported below.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing registered yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Details</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Apply to…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the moving volume, and segmentations, markups and models drawn on it, under the transform.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Write the transform, its inverse, the displacement field, the volumes, the settings or a report to files.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What the slice views show. Closing this section gives them back as they were.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other result:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another registration of the scene, to compare this one with: volume over volume, figure beside figure.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Blend:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>0: the first volume alone; 1: the second alone. Before and After are green and magenta: at 0.5 gray where they agree.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Compare:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Before / After</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch between the moving and the warped volume.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Show one volume, then the other, each alone and gray, twice a second.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flicker</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Grid:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Draw the deformation as a grid in the slice views.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Lines every</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Distance of the grid&apos;s lines.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>det J:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smallest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the moving anatomy is smallest beside the fixed one, or the map folds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Largest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the moving anatomy is largest beside the fixed one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Regularization</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Detail:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Left: smoother, right: more detailed. 1 halves the weights of displacement and smoothness, −1 doubles them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Kernel K:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What smooths the velocity field.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Window of K:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width of the kernel: of the box, or at half of the Gaussian&apos;s height.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>vox: nodes of each level&apos;s velocity grid; mm: millimeters.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passes of K:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How often the kernel is applied.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folding, λ_J:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight of the penalty on Jacobian determinants near and below 0.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>det J floor:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jacobian determinants below this are penalized.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Displacement, λ_df:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight of |∇u|², u the whole displacement: larger is smoother.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Velocity, λ_v:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight of |v|² along the flow, v the velocity in mm: larger moves less.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Smoothness, λ_s:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Weight of |∇v|² along the flow: larger is smoother.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Unfold:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Turn the velocity down where the result folds, until nothing does. Off: folds are counted and left.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landmarks:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pairs of points: they draw the deformation to where they say, and the error that is left at them is measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Places that are seen in both</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed points:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Points on the fixed volume. Pairs go by their labels if the two lists share some, or by their order.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving points:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The same places on the moving volume.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use points to:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guide: the deformation is drawn to them. Measure: the error is told at points that had no say. Of points that guided it tells less.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place points:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Click a place in the fixed volume, then the same place in the moving one, and so on: the slice views show whose turn it is. Esc, or this button, ends it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place pairs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pairs:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The pairs, and how far apart they are before and after the registration that is shown. A double click goes there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structures:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Segments of the same name: they draw the deformation until they lie on each other, and their overlap is measured.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Organs segmented in both</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed structures:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving structures:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A segmentation or a label map of the moving volume. What has the same name corresponds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Use structures to:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guide: the deformation is drawn to their overlap. Measure: the overlap (Dice) is told of structures that had no say. Of those that guided it tells less.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of both:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Width of the window of the local correlation, in voxels, odd; at coarse levels about as wide in mm, if that holds enough of their voxels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Shrink factors of the images, coarse to fine, each a power of two. Planes begin one level coarser (plane_levels, under Other settings).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is ticked stays where it is; hardened copies of it lie on the fixed volume. Of a series: one for every frame, as sequences.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is drawn over the frames: how far they move, or how large a structure of the reference is in them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mean motion of each frame against the reference, or the volume of a structure; the line is at the frame that is shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A segmentation or a label map of the fixed volume; hidden segments count, too. Of a series: of its reference, and followed through all frames.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The structures that both have, or the reference of a series; untick those that are not to count. After a registration of two volumes: their overlap before and after it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More images:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Further images of the same two, such as T2 beside T1: each lies where its first one lies, and all are compared together.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Such as T2 beside T1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One more pair of volumes; up to four.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Add</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image 2:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A volume that lies where the fixed volume lies.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A volume that lies where the moving volume lies.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How much it counts; the pair itself counts 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove this row.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image 3:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image 4:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Image 5:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Masks and initial transform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed mask:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the similarity counts, in the fixed volume: a label map, or a segmentation&apos;s visible segments.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None: everywhere</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving mask:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the similarity counts, in the moving volume: a label map, or a segmentation&apos;s visible segments.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Initial transform:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What is done before the deformation. Transforms above the two volumes count in every case.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transform:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start as if the moving volume were under this transform.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a transform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flow: the velocity field of this project, coarse to fine, without folds. Paper: the network of Wu et al. 2022, one level; it may fold.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Similarity:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How likeness is measured; what the images are, above, is another look at it. auto and different are decided from the images.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correlation window:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Large motion:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether a search for large motion comes first, such as that of a breath. Find out: it is followed where there is any.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Organs slide:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Whether organs may slide along each other, as the liver along the chest wall. Find out: they may where the motion is large.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Levels:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iterations:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iterations of each level, coarse to fine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solver:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the velocity is integrated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solver steps:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Steps of a fixed-step solver, a level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time modes:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How the velocity may change along the flow; 1: not at all.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Learning rate:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First step of the optimizer; model Flow: in spacings of the velocity grid.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tolerance:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A level ends when 10 iterations gain less than this share of what it has gained; 0: never.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bottleneck:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model Paper: width of the network&apos;s bottleneck (bs).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Decoder, log₂ vox:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model Paper: the decoder&apos;s grid has a node every 2 to this power voxels (ds).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Velocity gain:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model Paper: gain of the network&apos;s velocity (STEP_SIZE), in units of 80 voxels.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Published arithmetic:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Model Paper: compute as the published code does, for comparison with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Match histograms:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give the moving image the gray values of the fixed one first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Device:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where it is computed. Automatic: on the GPU if there is one that can be used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU threads:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>How many processor threads may be used.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seed:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the network&apos;s first weights. The same seed, the same result.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Other settings:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any other setting of the engine, as name=value; name=value. The documentation lists them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>name=value; name=value</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep engine ready:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Load PyTorch when this panel is opened, not when Register is pressed; it ends after 15 idle minutes. A choice of this Slicer, not of the scene.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Put the moving volume, or anything that belongs to it, under this transform, and it lies on the fixed volume.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where the result goes: a new node, or one that is updated.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>New</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The moving volume on the voxels of the fixed one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warped volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The determinant of the transform&apos;s Jacobian: 1 volume kept, below 1 the moving image is smaller here, 0 and below folded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jacobian</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>For what belongs to the fixed volume: it then lies on the moving one. It has a vector at every voxel, which takes memory and a second to load.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inverse transform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Carry along</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Goes along:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>What lies where the moving volume lies, under the same transform. What is ticked lies on the fixed volume after the registration: under its transform, in the folder of the results. Of a series: what changes with the frames lies on the reference in every frame (→ reference); what was drawn on the reference moves with the frames (→ frames).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>As copies:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leave the originals alone</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After it:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Of the result that is shown: everything that went along lies where it lay before, and the copies are removed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Undo</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Batch</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick the volumes of a folder of the subject hierarchy, such as a subject or a study, and no others.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving volumes:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The volumes that are registered to the fixed volume above, one after the other, with the options of this panel. Mask, points and further images of the moving volume above are left out; what is segmented on each takes the place of the moving structures.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each pair gets new outputs in a folder of its own; one that fails does not keep the others from running.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Register all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A row a pair: how far it is, the folded voxels, and the overlap of the structures or else the similarity loss, before and after. A double click shows the result.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A double click shows the result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Log</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NODEORegistrationLib.Options</name>
    <message>
        <source>Fast</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Accurate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paper (Wu et al. 2022)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Custom</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Flow: a velocity of places</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paper: a velocity of points</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None: the volumes as they lie</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Align the centers</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic: what the volumes need</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rigid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Rigid and one scale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Affine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>From the points under Guidance</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A transform of the scene</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gaussian</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Averaging</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>lncc: local correlation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mse: squared difference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mi: mutual information</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>mind: MIND descriptor</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>auto: lncc, mi or mind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>different: mi or mind</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find out</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Search for it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start from rest</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guide and measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Guide</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Measure</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All frames</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This frame only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frame</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean of all frames</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each frame by itself</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One motion for the whole series</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>CPU</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>GPU (CUDA)</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.ApplyDialog</name>
    <message>
        <source>Apply the transform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing is resampled: take a node out of the transform, and it is as it was.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Under {transform}:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.BatchBox</name>
    <message>
        <source>Waiting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>State</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dice or loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>All</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick …</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Register all</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed: {message}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} ({count})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NODEO Registration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Register all ({count})</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.ExportDialog</name>
    <message>
        <source>This output is not in the scene: tick it under Outputs and register again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Transform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inverse transform</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Displacement field</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warped volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jacobian volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Report</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Export the registration</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Open the folder afterwards</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>File names begin with:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the folder to export to.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The names of files cannot begin with a folder: take the slash away.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Nothing was ticked, so nothing was exported.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The export failed: {error}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Exported to {folder}:</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>These files exist in {folder}. Replace them?</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.ImagesBox</name>
    <message>
        <source>Same kind of scan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Different kinds</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Find out</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.InspectPanel</name>
    <message>
        <source>Before: moving on fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>After: warped on fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkerboard: fixed, warped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Difference: fixed − warped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Jacobian determinant</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Both results: warped, warped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>None</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>det J = {value:.3f} here</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.LandmarksBox</name>
    <message>
        <source>Click landmark {number} in {volume}. Esc ends it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landmark</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error before → after</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed landmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Moving landmarks</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.ProgressPanel</name>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Level {level} of {levels}, iteration {iteration} of {iterations}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancelled; the scene is as it was</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {minutes:.0f} min left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done in {seconds:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>about {seconds:.0f} s left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Failed: {message}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frame {number}, {done} of {of} done</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.RegisterButton</name>
    <message>
        <source>Stop the registration; the scene stays as it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Register</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Deform the moving volume onto the fixed one.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NODEO Registration</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.ResultPanel</name>
    <message>
        <source>Nothing registered yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed: {fixed} · Moving: {moving}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{pair}. Not both are in the scene any more.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{pair}. Other volumes are chosen above.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.SeriesBox</name>
    <message>
        <source>None: the reference below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count} frames</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source> of {count}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name}: {first} … {last} {unit}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.SeriesResult</name>
    <message>
        <source>Frame {number} of {count} is shown; {name} has {volume:.4g} {unit}, over the series {low:.4g} (frame {smallest}) to {high:.4g} (frame {largest}).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frame {number} of {count} is shown; it moves {mean:.2f} mm on average, {max:.1f} mm at most.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frame {number} of {count} is shown.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Volume of {name}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>panel.StructuresBox</name>
    <message>
        <source>Of the reference:</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.BatchRequests</name>
    <message>
        <source>A batch knows no points: choose another initial transform.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose at least one output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Tick the volumes that are to be registered to the fixed volume.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.CarryReadiness</name>
    <message>
        <source>Tick Transform under Outputs: what is carried along lies under it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.Dependencies</name>
    <message>
        <source>PyTorch is needed; tests do not install it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without PyTorch there is no registration; nothing was installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch is needed: install the extension PyTorch in the Extensions Manager, restart Slicer, and press Register again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Without {requirement} there is no registration; nothing was installed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The installed PyTorch is too old ({requirement} is needed): update it in the module PyTorch Util.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{requirement} is still missing: the registration needs it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>PyTorch could not be installed: {error}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NODEO needs the Python package {requirement} (about 1 MB). Install it into Slicer&apos;s Python now?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{requirement} could not be installed: {error}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Install a Python package</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.GuidanceReadiness</name>
    <message>
        <source>Choose the moving points, too: the partners of {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the fixed points, too: the partners of {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{fixed} and {moving} have no structure of the same name: rename the segments alike.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The fixed and the moving points are the same list: choose two.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The points {name} are under a deforming transform: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} holds no points: place pairs, or choose None.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the structures of the other volume, too: what matches {name}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The fixed and the moving structures are the same node: choose two.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The structures {name} are under a deforming transform: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No structure is ticked: tick one, or choose None.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The fixed and the moving volume of image {number} are the same: choose two.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no use {use}: there are {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>moving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the {side} volume of image {number}, or remove the row.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Each point needs a partner: there are {here} fixed points and {there} moving ones.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The point {label} has no partner of that label in the other list.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.Hints</name>
    <message>
        <source>Choose another device under Advanced: Automatic, or CPU.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Switch Match histograms off under Advanced.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose another initial transform under Masks and initial transform, such as Rigid or Affine.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose other masks, or none, under Masks and initial transform; or another initial transform there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the preset Fast, crop the volumes (Crop Volume), or close other programs.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Look at the points under Guidance: each has to lie in its own volume.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose Automatic, Align the centers, Rigid or Affine under Masks and initial transform, or look where the volumes lie in space.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Press Register again: the package is then offered for installation.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a preset again: it puts all settings back to values that go together.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.PairRun</name>
    <message>
        <source>{name} was moved or removed meanwhile, and did not go along.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.Readiness</name>
    <message>
        <source>A single slice can only be registered with a single slice.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose points of both volumes under Guidance, or another initial transform.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model Paper starts from rest: choose Find out or Start from rest as Large motion.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose at least one output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no scene.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a fixed volume: the one that stays where it is.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose a moving volume: the one that is deformed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The fixed and the moving volume are the same: choose two.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mask {name} is under a deforming transform: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose the transform to start from, or another initial transform.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Levels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Iterations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Solver steps</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title} needs whole numbers with commas between them, such as 4, 2, 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The model Paper has one level: set Levels to 1, or to 2 for half resolution.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The correlation window must be odd.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>&apos;{text}&apos; under Other settings is not of the form name=value.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} shows a frame of a series, which it belongs to: choose New or another node.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Levels lists shrink factors from coarse to fine, each a power of two, such as 4, 2, 1.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title} has {given} values for {count} levels: give one, or one a level.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no output {name}: there are {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is a {kind}, which cannot hold the result: choose New or another node.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is an input: choose another output.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is chosen for two outputs: choose two nodes.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.Reason</name>
    <message>
        <source>{name} holds no image.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is a color or vector volume: convert it to gray values first (Vector to Scalar Volume).</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is a label map: choose the image it was drawn on.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is under a deforming transform: harden it first, or take the volume out of it.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.Request</name>
    <message>
        <source>{preset}, more detailed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{preset}, smoother</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot go along: it does not lie under the transform that {moving} lies under.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Give an initial transform or the way to find one, not both.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.Run</name>
    <message>
        <source>Sending the volumes</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Starting</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loading the result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Check that the temporary folder exists and has free space.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is no longer in the scene.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The details tell what it said last.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The temporary files could not be written or read: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Something went wrong inside Slicer: {error}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The registration process ended unexpectedly (exit code {code}).</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.RunQueue</name>
    <message>
        <source>Waiting for another registration</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.Script</name>
    <message>
        <source>Give a fixed volume and at least one moving volume.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Packages are missing: {names}. Call installDependencies() first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The registration was cancelled.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.SeriesCarryReadiness</name>
    <message>
        <source>{title} → reference</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title} → frames</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{title}: another series</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is read by the registration, and cannot go along with it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} shows a frame of another series than {series}: untick it under Carry along.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot go along: it lies neither where {series} lies nor where {reference} does.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.SeriesReadiness</name>
    <message>
        <source>A moving mask does not go with a series: choose None. The fixed mask belongs to the reference.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pairs of points do not go with a series: choose None as moving points; the fixed are followed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structures do not guide a series: choose None as moving structures; the fixed are followed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A series does not start from a transform of the scene: choose another initial transform.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>A series does not start from points: choose another initial transform.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has one frame only: choose This frame only.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>There is no mode {mode}: there are {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>One motion goes from a frame to the others: choose None as fixed volume, or Each frame by itself.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has no frame {number} to be the reference: it has {count}, or take the mean.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mask {name} is under a deforming transform: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The points {name} are under a deforming transform: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} holds no points: place some, or choose None.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The structures {name} are under a deforming transform: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} has no structure {unknown}: there are {known}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More images do not go with a series: remove them.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frame {number} of {name} holds no image: remove it from the sequence.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transform above {name} changes from frame to frame: take the volume out of it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No structure is ticked: tick one, or choose None.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} holds no structures: draw some, or choose None.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Frame {number} of {name} is of another size than the first: crop or resample them alike.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.SeriesRequest</name>
    <message>
        <source>{series} frame {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{series} mean</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is no series: give a sequence of volumes that a browser shows, or the volume.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.SeriesRun</name>
    <message>
        <source>{name} has lost its frame {number}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{points} in {series}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>frame {number}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} was moved or removed meanwhile, and did not go along.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>run.WorkerProcess</name>
    <message>
        <source>PythonSlicer was not found, so the registration could not be started.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The registration process crashed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The registration process could not be started: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.Carrying</name>
    <message>
        <source>{name} on {fixed}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>fixed</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.Companions</name>
    <message>
        <source>label map</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>volume</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>segmentation</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>markups</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>model</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.Export</name>
    <message>
        <source>others would read the vectors of a single slice wrongly from NIfTI; choose .nrrd</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be stored in this format</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{file} could not be written: {reason}.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.JacobianLegend</name>
    <message>
        <source>det J</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.LabelExport</name>
    <message>
        <source>{name} lies outside {volume}: check that both belong together.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mask {name} is empty.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mask {name} has no segment: draw one, or choose no mask.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The mask {name} has no visible segment: show those that count.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be made a label map.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is empty: its segments hold nothing.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.Report</name>
    <message>
        <source>{moving} on {fixed}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Result</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Loss</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Settings</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Versions</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Not for clinical use.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Warped</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Checkerboard</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>det J, 0 blue to 2 red, folds violet</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>level {number}: {first:.4g} → {last:.4g}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.ResultSummary</name>
    <message>
        <source>{before_mm:.2f} → {after_mm:.2f} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number} that guided; 95 %: {p95:.2f} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{number}; 95 %: {p95:.2f} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Error at landmarks</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mean Dice</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folded voxels</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Folded voxels of the inverse</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>98 %: {low:.2f} … {high:.2f}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Correlation with fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>less is better</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Similarity chosen</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{mean:.2f} mm on average</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Motion</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Motion of the background</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>of the whole series</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>det J</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inverse consistency</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Time</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Note</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{before:.2f} → {after:.2f} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Dice {values}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Similarity loss ({name})</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>at most {max:.1f} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{mean:.3f} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>99 %: {p99:.2f} mm</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{seconds:.1f} s</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.SampleDataSource</name>
    <message>
        <source>NODEO Registration</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.SceneExport</name>
    <message>
        <source>{name} needs {needed:.0f} MB in the temporary folder, and {free:.0f} MB are free there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} is under a deforming transform: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transform above {name} scales or shears it: harden it first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} could not be written to {folder}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The transform {name} could not be written: convert it to a grid transform first.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} cannot be stored as it is: convert it to a grid transform in the Transforms module.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.SceneImport</name>
    <message>
        <source>fixed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>moving</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{moving} to {fixed}, {preset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{fixed} to {moving}, {preset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{moving} on {fixed}, {preset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{moving} on {fixed}, {preset}, Jacobian</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>NODEO: {moving} on {fixed}, {preset}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The result {name} could not be read.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.SeriesCarrying</name>
    <message>
        <source>{name} on {fixed}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{name} in {series}</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.SeriesImport</name>
    <message>
        <source>The result {name} could not be read.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.Structures</name>
    <message>
        <source>{name} is empty: its structures hold nothing.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>scene.Verdict</name>
    <message>
        <source>No folds.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Similarity loss {before:.2f} → {after:.2f}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Landmarks {before:.1f} → {after:.1f} mm apart</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Structures overlap (Dice) {before:.2f} → {after:.2f}</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>98 % of the volume changes {low:.2g} to {high:.2g} times.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inverse exact to {mean:.2f} mm on average.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{numbers}: much better than before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{numbers}.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{count:,.0f} voxels are folded.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No folds, but {count:,.0f} on the way back.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Inverse exact to {mean:.2f} mm on average, but to {worst:.1f} mm at 1 % of the points.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{numbers}: worse than before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{numbers}: they were alike before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{numbers}: hardly better than before.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>{numbers}: better than before.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
