<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de-DE" sourcelanguage="en-US">
<context>
    <name>NODEORegistration</name>
    <message>
        <source>NODEO Registration</source>
        <translation>NODEO-Registrierung</translation>
    </message>
    <message>
        <source>Deforms the moving volume onto the fixed one, smoothly, without folding, in 3-D and 2-D: a neural velocity field, optimized for this one pair, on the GPU or the CPU. Choose two volumes and press Register. The method: &lt;a href=&quot;https://arxiv.org/abs/2108.03443&quot;&gt;NODEO, CVPR 2022&lt;/a&gt;.</source>
        <translation>Verformt das bewegte Volumen auf das feste, glatt und ohne Faltung, in 3-D und 2-D: ein neuronales Geschwindigkeitsfeld, optimiert für dieses eine Paar, auf GPU oder CPU. Zwei Volumen wählen und Registrieren drücken. Das Verfahren: &lt;a href=&quot;https://arxiv.org/abs/2108.03443&quot;&gt;NODEO, CVPR 2022&lt;/a&gt;.</translation>
    </message>
    <message>
        <source>After Y. Wu, T. Z. Jiahao, J. Wang, P. A. Yushkevich, M. A. Hsieh, J. C. Gee: NODEO: A Neural Ordinary Differential Equation Based Optimization Framework for Deformable Image Registration. CVPR 2022. Please cite it. Not for clinical use.</source>
        <translation>Nach Y. Wu, T. Z. Jiahao, J. Wang, P. A. Yushkevich, M. A. Hsieh, J. C. Gee: NODEO: A Neural Ordinary Differential Equation Based Optimization Framework for Deformable Image Registration. CVPR 2022. Bitte zitieren. Nicht für den klinischen Gebrauch.</translation>
    </message>
    <message>
        <source>Inputs</source>
        <translation>Eingaben</translation>
    </message>
    <message>
        <source>Fixed volume:</source>
        <translation>Festes Volumen:</translation>
    </message>
    <message>
        <source>The volume that stays where it is; the result has its voxels.</source>
        <translation>Das Volumen, das bleibt, wo es ist; das Ergebnis hat seine Voxel.</translation>
    </message>
    <message>
        <source>Choose a volume</source>
        <translation>Volumen wählen</translation>
    </message>
    <message>
        <source>Moving volume:</source>
        <translation>Bewegtes Volumen:</translation>
    </message>
    <message>
        <source>The volume that is deformed onto the fixed one.</source>
        <translation>Das Volumen, das auf das feste verformt wird.</translation>
    </message>
    <message>
        <source>Register:</source>
        <translation>Umfang:</translation>
    </message>
    <message>
        <source>Of a moving volume that shows a series (a sequence): every frame of it, or the one that is shown, as a volume like others.</source>
        <translation>Von einem bewegten Volumen, das eine Serie (Sequenz) zeigt: jedes ihrer Bilder, oder das gezeigte, als Volumen wie andere.</translation>
    </message>
    <message>
        <source>Reference:</source>
        <translation>Bezug:</translation>
    </message>
    <message>
        <source>What the frames of a series are deformed onto, if no fixed volume is chosen: one of them, or their mean, so that none has a privilege.</source>
        <translation>Worauf die Bilder einer Serie verformt werden, wenn kein festes Volumen gewählt ist: eines von ihnen oder ihr Mittel, damit keines bevorzugt ist.</translation>
    </message>
    <message>
        <source>The number of that frame, from 1.</source>
        <translation>Die Nummer dieses Bildes, ab 1.</translation>
    </message>
    <message>
        <source>Motion:</source>
        <translation>Bewegung:</translation>
    </message>
    <message>
        <source>Of a series. Each frame by itself: begun where its neighbor ended. One motion: a single flow through time, fitted to all frames together, smooth between them.</source>
        <translation>Einer Serie. Jedes Bild für sich: begonnen, wo sein Nachbar endete. Eine Bewegung: ein einziger Fluss durch die Zeit, an alle Bilder zugleich angepasst, glatt zwischen ihnen.</translation>
    </message>
    <message>
        <source>The motion repeats, as of a heart or a breath: the first frame comes after the last.</source>
        <translation>Die Bewegung wiederholt sich, wie bei Herz oder Atem: das erste Bild kommt nach dem letzten.</translation>
    </message>
    <message>
        <source>Cyclic</source>
        <translation>Zyklisch</translation>
    </message>
    <message>
        <source>Preset:</source>
        <translation>Vorgabe:</translation>
    </message>
    <message>
        <source>How much time and accuracy: sets everything under Regularization and Advanced. Custom: something was changed by hand.</source>
        <translation>Wie viel Zeit und Genauigkeit: setzt alles unter Regularisierung und Erweitert. Eigene: etwas wurde von Hand geändert.</translation>
    </message>
    <message>
        <source>Images:</source>
        <translation>Bilder:</translation>
    </message>
    <message>
        <source>What are the images? Same kind: CT and CT, T1 and T1. Different kinds: MR and CT, T1 and PET, ultrasound and MR. Find out: the images decide, and the result says how.</source>
        <translation>Was sind die Bilder? Gleiche Art: CT und CT, T1 und T1. Verschiedene: MR und CT, T1 und PET, Ultraschall und MR. Herausfinden: die Bilder entscheiden, und das Ergebnis sagt, wie.</translation>
    </message>
    <message>
        <source>Register</source>
        <translation>Registrieren</translation>
    </message>
    <message>
        <source>Choose a fixed and a moving volume.</source>
        <translation>Ein festes und ein bewegtes Volumen wählen.</translation>
    </message>
    <message>
        <source>The loss of each level, from its first iteration to now; the number is the latest.</source>
        <translation>Der Verlust jeder Stufe, von ihrer ersten Iteration bis jetzt; die Zahl ist der letzte.</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>All registrations of the scene. What is chosen here is inspected, applied and exported below.</source>
        <translation>Alle Registrierungen der Szene. Was hier gewählt ist, wird unten betrachtet, angewandt und exportiert.</translation>
    </message>
    <message>
        <source>Nothing registered yet.</source>
        <translation>Noch nichts registriert.</translation>
    </message>
    <message>
        <source>Details</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Apply to…</source>
        <translation>Anwenden auf …</translation>
    </message>
    <message>
        <source>Put the moving volume, and segmentations, markups and models drawn on it, under the transform.</source>
        <translation>Das bewegte Volumen und darauf gezeichnete Segmentierungen, Markups und Modelle unter die Transformation legen.</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Write the transform, its inverse, the displacement field, the volumes, the settings or a report to files.</source>
        <translation>Transformation, Umkehrung, Verschiebungsfeld, Volumen, Einstellungen oder einen Bericht in Dateien schreiben.</translation>
    </message>
    <message>
        <source>Inspect</source>
        <translation>Betrachten</translation>
    </message>
    <message>
        <source>Show:</source>
        <translation>Zeigen:</translation>
    </message>
    <message>
        <source>What the slice views show. Closing this section gives them back as they were.</source>
        <translation>Was die Schichtansichten zeigen. Wird dieser Abschnitt geschlossen, sind sie wieder wie zuvor.</translation>
    </message>
    <message>
        <source>Other result:</source>
        <translation>Anderes:</translation>
    </message>
    <message>
        <source>Another registration of the scene, to compare this one with: volume over volume, figure beside figure.</source>
        <translation>Eine andere Registrierung der Szene zum Vergleich: Volumen über Volumen, Zahl neben Zahl.</translation>
    </message>
    <message>
        <source>Blend:</source>
        <translation>Mischung:</translation>
    </message>
    <message>
        <source>0: the first volume alone; 1: the second alone. Before and After are green and magenta: at 0.5 gray where they agree.</source>
        <translation>0: nur das erste Volumen; 1: nur das zweite. Vorher und Nachher sind grün und magenta: bei 0.5 grau, wo sie übereinstimmen.</translation>
    </message>
    <message>
        <source>Compare:</source>
        <translation>Vergleich:</translation>
    </message>
    <message>
        <source>Before / After</source>
        <translation>Vorher / Nachher</translation>
    </message>
    <message>
        <source>Switch between the moving and the warped volume.</source>
        <translation>Zwischen dem bewegten und dem verformten Volumen wechseln.</translation>
    </message>
    <message>
        <source>Show one volume, then the other, each alone and gray, twice a second.</source>
        <translation>Ein Volumen, dann das andere zeigen, jedes allein und grau, zweimal in der Sekunde.</translation>
    </message>
    <message>
        <source>Flicker</source>
        <translation>Blinken</translation>
    </message>
    <message>
        <source>Grid:</source>
        <translation>Gitter:</translation>
    </message>
    <message>
        <source>Draw the deformation as a grid in the slice views.</source>
        <translation>Die Verformung als Gitter in die Schichtansichten zeichnen.</translation>
    </message>
    <message>
        <source>Lines every</source>
        <translation>Linien alle</translation>
    </message>
    <message>
        <source>Distance of the grid&apos;s lines.</source>
        <translation>Abstand der Gitterlinien.</translation>
    </message>
    <message>
        <source> mm</source>
        <translation> mm</translation>
    </message>
    <message>
        <source>det J:</source>
        <translation>det J:</translation>
    </message>
    <message>
        <source>Smallest</source>
        <translation>Kleinstes</translation>
    </message>
    <message>
        <source>Where the moving anatomy is smallest beside the fixed one, or the map folds.</source>
        <translation>Wo die bewegte Anatomie neben der festen am kleinsten ist oder die Abbildung faltet.</translation>
    </message>
    <message>
        <source>Largest</source>
        <translation>Größtes</translation>
    </message>
    <message>
        <source>Where the moving anatomy is largest beside the fixed one.</source>
        <translation>Wo die bewegte Anatomie neben der festen am größten ist.</translation>
    </message>
    <message>
        <source>Regularization</source>
        <translation>Regularisierung</translation>
    </message>
    <message>
        <source>Detail:</source>
        <translation>Detail:</translation>
    </message>
    <message>
        <source>Left: smoother, right: more detailed. 1 halves the weights of displacement and smoothness, −1 doubles them.</source>
        <translation>Links: glatter, rechts: feiner. 1 halbiert die Gewichte von Verschiebung und Glattheit, −1 verdoppelt sie.</translation>
    </message>
    <message>
        <source>Kernel K:</source>
        <translation>Kern K:</translation>
    </message>
    <message>
        <source>What smooths the velocity field.</source>
        <translation>Was das Geschwindigkeitsfeld glättet.</translation>
    </message>
    <message>
        <source>Window of K:</source>
        <translation>Fenster von K:</translation>
    </message>
    <message>
        <source>Width of the kernel: of the box, or at half of the Gaussian&apos;s height.</source>
        <translation>Breite des Kerns: des Kastens, oder auf halber Höhe der Gauß-Kurve.</translation>
    </message>
    <message>
        <source>vox: nodes of each level&apos;s velocity grid; mm: millimeters.</source>
        <translation>vox: Knoten des Geschwindigkeitsgitters der Stufe; mm: Millimeter.</translation>
    </message>
    <message>
        <source>Passes of K:</source>
        <translation>Durchgänge:</translation>
    </message>
    <message>
        <source>How often the kernel is applied.</source>
        <translation>Wie oft der Kern angewandt wird.</translation>
    </message>
    <message>
        <source>Folding, λ_J:</source>
        <translation>Faltung, λ_J:</translation>
    </message>
    <message>
        <source>Weight of the penalty on Jacobian determinants near and below 0.</source>
        <translation>Gewicht der Strafe auf Jacobi-Determinanten nahe und unter 0.</translation>
    </message>
    <message>
        <source>det J floor:</source>
        <translation>Grenze det J:</translation>
    </message>
    <message>
        <source>Jacobian determinants below this are penalized.</source>
        <translation>Jacobi-Determinanten darunter werden bestraft.</translation>
    </message>
    <message>
        <source>Displacement, λ_df:</source>
        <translation>Verschieb., λ_df:</translation>
    </message>
    <message>
        <source>Weight of |∇u|², u the whole displacement: larger is smoother.</source>
        <translation>Gewicht von |∇u|², u die ganze Verschiebung: größer ist glatter.</translation>
    </message>
    <message>
        <source>Velocity, λ_v:</source>
        <translation>Geschwind., λ_v:</translation>
    </message>
    <message>
        <source>Weight of |v|² along the flow, v the velocity in mm: larger moves less.</source>
        <translation>Gewicht von |v|² entlang des Flusses, v die Geschwindigkeit in mm: größer bewegt weniger.</translation>
    </message>
    <message>
        <source>Smoothness, λ_s:</source>
        <translation>Glattheit, λ_s:</translation>
    </message>
    <message>
        <source>Weight of |∇v|² along the flow: larger is smoother.</source>
        <translation>Gewicht von |∇v|² entlang des Flusses: größer ist glatter.</translation>
    </message>
    <message>
        <source>Unfold:</source>
        <translation>Entfalten:</translation>
    </message>
    <message>
        <source>Turn the velocity down where the result folds, until nothing does. Off: folds are counted and left.</source>
        <translation>Die Geschwindigkeit mindern, wo das Ergebnis faltet, bis nichts mehr faltet. Aus: Faltungen werden gezählt und bleiben.</translation>
    </message>
    <message>
        <source>Guidance</source>
        <translation>Vorwissen</translation>
    </message>
    <message>
        <source>Landmarks:</source>
        <translation>Landmarken:</translation>
    </message>
    <message>
        <source>Pairs of points: they draw the deformation to where they say, and the error that is left at them is measured.</source>
        <translation>Punktpaare: sie ziehen die Verformung dorthin, wo sie liegen, und der Fehler, der an ihnen bleibt, wird gemessen.</translation>
    </message>
    <message>
        <source>Places that are seen in both</source>
        <translation>Orte, die man in beiden sieht</translation>
    </message>
    <message>
        <source>Fixed points:</source>
        <translation>Feste Punkte:</translation>
    </message>
    <message>
        <source>Points on the fixed volume. Pairs go by their labels if the two lists share some, or by their order.</source>
        <translation>Punkte auf dem festen Volumen. Paare gehen nach Namen, wenn die Listen welche gemeinsam haben, sonst nach der Reihenfolge.</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Moving points:</source>
        <translation>Bewegte Punkte:</translation>
    </message>
    <message>
        <source>The same places on the moving volume.</source>
        <translation>Dieselben Orte auf dem bewegten Volumen.</translation>
    </message>
    <message>
        <source>Use points to:</source>
        <translation>Punkte sollen:</translation>
    </message>
    <message>
        <source>Guide: the deformation is drawn to them. Measure: the error is told at points that had no say. Of points that guided it tells less.</source>
        <translation>Führen: die Verformung wird zu ihnen gezogen. Messen: der Fehler wird an Punkten gesagt, die nicht mitreden. Von solchen, die führen, sagt er weniger.</translation>
    </message>
    <message>
        <source>Place points:</source>
        <translation>Punkte setzen:</translation>
    </message>
    <message>
        <source>Click a place in the fixed volume, then the same place in the moving one, and so on: the slice views show whose turn it is. Esc, or this button, ends it.</source>
        <translation>Einen Ort im festen Volumen anklicken, dann denselben im bewegten, und so fort: die Schichtansichten zeigen, wer dran ist. Esc oder dieser Knopf beendet es.</translation>
    </message>
    <message>
        <source>Place pairs</source>
        <translation>Paare setzen</translation>
    </message>
    <message>
        <source>Pairs:</source>
        <translation>Paare:</translation>
    </message>
    <message>
        <source>The pairs, and how far apart they are before and after the registration that is shown. A double click goes there.</source>
        <translation>Die Paare, und wie weit sie vor und nach der gezeigten Registrierung auseinander liegen. Ein Doppelklick führt hin.</translation>
    </message>
    <message>
        <source>Structures:</source>
        <translation>Strukturen:</translation>
    </message>
    <message>
        <source>Segments of the same name: they draw the deformation until they lie on each other, and their overlap is measured.</source>
        <translation>Segmente gleichen Namens: sie ziehen die Verformung, bis sie aufeinander liegen, und ihre Überdeckung wird gemessen.</translation>
    </message>
    <message>
        <source>Organs segmented in both</source>
        <translation>In beiden segmentierte Organe</translation>
    </message>
    <message>
        <source>Fixed structures:</source>
        <translation>Feste Struktur.:</translation>
    </message>
    <message>
        <source>Moving structures:</source>
        <translation>Bewegte Strukt.:</translation>
    </message>
    <message>
        <source>A segmentation or a label map of the moving volume. What has the same name corresponds.</source>
        <translation>Eine Segmentierung oder Label-Karte des bewegten Volumens. Was gleich heißt, entspricht sich.</translation>
    </message>
    <message>
        <source>Use structures to:</source>
        <translation>Sie sollen:</translation>
    </message>
    <message>
        <source>Guide: the deformation is drawn to their overlap. Measure: the overlap (Dice) is told of structures that had no say. Of those that guided it tells less.</source>
        <translation>Führen: die Verformung wird zu ihrer Überdeckung gezogen. Messen: die Überdeckung (Dice) wird von Strukturen gesagt, die nicht mitreden. Von solchen, die führen, sagt sie weniger.</translation>
    </message>
    <message>
        <source>Of both:</source>
        <translation>Von beiden:</translation>
    </message>
    <message>
        <source>Width of the window of the local correlation, in voxels, odd; at coarse levels about as wide in mm, if that holds enough of their voxels.</source>
        <translation>Breite des Fensters der lokalen Korrelation, in Voxeln, ungerade; auf groben Stufen etwa gleich breit in mm, wenn genug ihrer Voxel darin liegen.</translation>
    </message>
    <message>
        <source>Shrink factors of the images, coarse to fine, each a power of two. Planes begin one level coarser (plane_levels, under Other settings).</source>
        <translation>Verkleinerungen der Bilder, grob nach fein, jede eine Zweierpotenz. Ebenen beginnen eine Stufe gröber (plane_levels, unter Weitere).</translation>
    </message>
    <message>
        <source>What lies where the moving volume lies, under the same transform. What is ticked lies on the fixed volume after the registration: under its transform, in the folder of the results. Of a series: what changes with the frames lies on the reference in every frame (→ reference); what was drawn on the reference moves with the frames (→ frames).</source>
        <translation>Was da liegt, wo das bewegte Volumen liegt, unter derselben Transformation. Was angekreuzt ist, liegt nach der Registrierung auf dem festen Volumen: unter dessen Transformation, im Ordner der Ergebnisse. Bei einer Serie: was mit den Bildern wechselt, liegt in jedem Bild auf der Referenz (→ Referenz); was auf der Referenz gezeichnet wurde, bewegt sich mit den Bildern (→ Bilder).</translation>
    </message>
    <message>
        <source>What is ticked stays where it is; hardened copies of it lie on the fixed volume. Of a series: one for every frame, as sequences.</source>
        <translation>Was angekreuzt ist, bleibt, wo es ist; gehärtete Kopien davon liegen auf dem festen Volumen. Bei einer Serie: eine für jedes Bild, als Sequenzen.</translation>
    </message>
    <message>
        <source>What is drawn over the frames: how far they move, or how large a structure of the reference is in them.</source>
        <translation>Was über die Bilder gezeichnet wird: wie weit sie sich bewegen oder wie groß eine Struktur des Bezugs in ihnen ist.</translation>
    </message>
    <message>
        <source>The mean motion of each frame against the reference, or the volume of a structure; the line is at the frame that is shown.</source>
        <translation>Die mittlere Bewegung jedes Bildes gegen den Bezug oder das Volumen einer Struktur; die Linie steht beim gezeigten Bild.</translation>
    </message>
    <message>
        <source>A segmentation or a label map of the fixed volume; hidden segments count, too. Of a series: of its reference, and followed through all frames.</source>
        <translation>Eine Segmentierung oder Label-Karte des festen Volumens; auch verborgene Segmente zählen. Bei einer Serie: die des Bezugs, und ihr wird durch alle Bilder gefolgt.</translation>
    </message>
    <message>
        <source>The structures that both have, or the reference of a series; untick those that are not to count. After a registration of two volumes: their overlap before and after it.</source>
        <translation>Die Strukturen, die beide haben, oder der Bezug einer Serie; abwählen, was nicht zählen soll. Nach einer Registrierung zweier Volumen: ihre Überdeckung vorher und nachher.</translation>
    </message>
    <message>
        <source>More images:</source>
        <translation>Weitere Bilder:</translation>
    </message>
    <message>
        <source>Further images of the same two, such as T2 beside T1: each lies where its first one lies, and all are compared together.</source>
        <translation>Weitere Bilder derselben beiden, etwa T2 neben T1: jedes liegt, wo das erste liegt, und alle werden zusammen verglichen.</translation>
    </message>
    <message>
        <source>Such as T2 beside T1</source>
        <translation>Etwa T2 neben T1</translation>
    </message>
    <message>
        <source>One more pair of volumes; up to four.</source>
        <translation>Noch ein Paar Volumen; bis zu vier.</translation>
    </message>
    <message>
        <source>Add</source>
        <translation>Mehr</translation>
    </message>
    <message>
        <source>Image 2:</source>
        <translation>Bild 2:</translation>
    </message>
    <message>
        <source>A volume that lies where the fixed volume lies.</source>
        <translation>Ein Volumen, das liegt, wo das feste liegt.</translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation>Fest</translation>
    </message>
    <message>
        <source>A volume that lies where the moving volume lies.</source>
        <translation>Ein Volumen, das liegt, wo das bewegte liegt.</translation>
    </message>
    <message>
        <source>Moving</source>
        <translation>Bewegt</translation>
    </message>
    <message>
        <source>How much it counts; the pair itself counts 1.</source>
        <translation>Wie viel es zählt; das Paar selbst zählt 1.</translation>
    </message>
    <message>
        <source>Remove this row.</source>
        <translation>Diese Zeile entfernen.</translation>
    </message>
    <message>
        <source>Remove</source>
        <translation>Entfernen</translation>
    </message>
    <message>
        <source>Image 3:</source>
        <translation>Bild 3:</translation>
    </message>
    <message>
        <source>Image 4:</source>
        <translation>Bild 4:</translation>
    </message>
    <message>
        <source>Image 5:</source>
        <translation>Bild 5:</translation>
    </message>
    <message>
        <source>Masks and initial transform</source>
        <translation>Masken und Anfangstransformation</translation>
    </message>
    <message>
        <source>Fixed mask:</source>
        <translation>Feste Maske:</translation>
    </message>
    <message>
        <source>Where the similarity counts, in the fixed volume: a label map, or a segmentation&apos;s visible segments.</source>
        <translation>Wo die Ähnlichkeit zählt, im festen Volumen: eine Label-Karte oder die sichtbaren Segmente einer Segmentierung.</translation>
    </message>
    <message>
        <source>None: everywhere</source>
        <translation>Keine: überall</translation>
    </message>
    <message>
        <source>Moving mask:</source>
        <translation>Bewegte Maske:</translation>
    </message>
    <message>
        <source>Where the similarity counts, in the moving volume: a label map, or a segmentation&apos;s visible segments.</source>
        <translation>Wo die Ähnlichkeit zählt, im bewegten Volumen: eine Label-Karte oder die sichtbaren Segmente einer Segmentierung.</translation>
    </message>
    <message>
        <source>Initial transform:</source>
        <translation>Anfang:</translation>
    </message>
    <message>
        <source>What is done before the deformation. Transforms above the two volumes count in every case.</source>
        <translation>Was vor der Verformung geschieht. Transformationen über den beiden Volumen zählen in jedem Fall.</translation>
    </message>
    <message>
        <source>Transform:</source>
        <translation>Transformation:</translation>
    </message>
    <message>
        <source>Start as if the moving volume were under this transform.</source>
        <translation>Beginnen, als läge das bewegte Volumen unter dieser Transformation.</translation>
    </message>
    <message>
        <source>Choose a transform</source>
        <translation>Transformation wählen</translation>
    </message>
    <message>
        <source>Advanced</source>
        <translation>Erweitert</translation>
    </message>
    <message>
        <source>Model:</source>
        <translation>Modell:</translation>
    </message>
    <message>
        <source>Flow: the velocity field of this project, coarse to fine, without folds. Paper: the network of Wu et al. 2022, one level; it may fold.</source>
        <translation>Fluss: das Geschwindigkeitsfeld dieses Projekts, grob nach fein, ohne Faltung. Artikel: das Netz von Wu et al. 2022, eine Stufe; es kann falten.</translation>
    </message>
    <message>
        <source>Similarity:</source>
        <translation>Ähnlichkeit:</translation>
    </message>
    <message>
        <source>How likeness is measured; what the images are, above, is another look at it. auto and different are decided from the images.</source>
        <translation>Wie Ähnlichkeit gemessen wird; was die Bilder sind, oben, ist ein anderer Blick darauf. auto und different entscheiden die Bilder.</translation>
    </message>
    <message>
        <source>Correlation window:</source>
        <translation>Korrel.-Fenster:</translation>
    </message>
    <message>
        <source>Large motion:</source>
        <translation>Große Bewegung:</translation>
    </message>
    <message>
        <source>Whether a search for large motion comes first, such as that of a breath. Find out: it is followed where there is any.</source>
        <translation>Ob zuerst nach großer Bewegung gesucht wird, etwa der eines Atemzugs. Herausfinden: ihr wird gefolgt, wo es sie gibt.</translation>
    </message>
    <message>
        <source>Organs slide:</source>
        <translation>Gleiten:</translation>
    </message>
    <message>
        <source>Whether organs may slide along each other, as the liver along the chest wall. Find out: they may where the motion is large.</source>
        <translation>Ob Organe aneinander gleiten dürfen, wie die Leber an der Brustwand. Herausfinden: sie dürfen, wo die Bewegung groß ist.</translation>
    </message>
    <message>
        <source>Levels:</source>
        <translation>Stufen:</translation>
    </message>
    <message>
        <source>Iterations:</source>
        <translation>Iterationen:</translation>
    </message>
    <message>
        <source>Iterations of each level, coarse to fine.</source>
        <translation>Iterationen jeder Stufe, grob nach fein.</translation>
    </message>
    <message>
        <source>Solver:</source>
        <translation>Löser:</translation>
    </message>
    <message>
        <source>How the velocity is integrated.</source>
        <translation>Wie die Geschwindigkeit integriert wird.</translation>
    </message>
    <message>
        <source>Solver steps:</source>
        <translation>Schritte:</translation>
    </message>
    <message>
        <source>Steps of a fixed-step solver, a level.</source>
        <translation>Schritte eines Lösers mit fester Schrittweite, je Stufe.</translation>
    </message>
    <message>
        <source>Time modes:</source>
        <translation>Zeitmoden:</translation>
    </message>
    <message>
        <source>How the velocity may change along the flow; 1: not at all.</source>
        <translation>Wie sich die Geschwindigkeit entlang des Flusses ändern darf; 1: gar nicht.</translation>
    </message>
    <message>
        <source>Learning rate:</source>
        <translation>Lernrate:</translation>
    </message>
    <message>
        <source>First step of the optimizer; model Flow: in spacings of the velocity grid.</source>
        <translation>Erster Schritt des Optimierers; Modell Fluss: in Abständen des Geschwindigkeitsgitters.</translation>
    </message>
    <message>
        <source>Tolerance:</source>
        <translation>Toleranz:</translation>
    </message>
    <message>
        <source>A level ends when 10 iterations gain less than this share of what it has gained; 0: never.</source>
        <translation>Eine Stufe endet, wenn 10 Iterationen weniger als diesen Anteil ihres Gewinns bringen; 0: nie.</translation>
    </message>
    <message>
        <source>Bottleneck:</source>
        <translation>Engstelle:</translation>
    </message>
    <message>
        <source>Model Paper: width of the network&apos;s bottleneck (bs).</source>
        <translation>Modell Artikel: Breite der Engstelle des Netzes (bs).</translation>
    </message>
    <message>
        <source>Decoder, log₂ vox:</source>
        <translation>Decoder, log₂ vox:</translation>
    </message>
    <message>
        <source>Model Paper: the decoder&apos;s grid has a node every 2 to this power voxels (ds).</source>
        <translation>Modell Artikel: das Gitter des Decoders hat einen Knoten alle 2 hoch so viele Voxel (ds).</translation>
    </message>
    <message>
        <source>Velocity gain:</source>
        <translation>Verstärkung:</translation>
    </message>
    <message>
        <source>Model Paper: gain of the network&apos;s velocity (STEP_SIZE), in units of 80 voxels.</source>
        <translation>Modell Artikel: Verstärkung der Geschwindigkeit des Netzes (STEP_SIZE), in Einheiten von 80 Voxeln.</translation>
    </message>
    <message>
        <source>Published arithmetic:</source>
        <translation>Wie publiziert:</translation>
    </message>
    <message>
        <source>Model Paper: compute as the published code does, for comparison with it.</source>
        <translation>Modell Artikel: rechnen wie der publizierte Code, zum Vergleich mit ihm.</translation>
    </message>
    <message>
        <source>Match histograms:</source>
        <translation>Histogramme:</translation>
    </message>
    <message>
        <source>Give the moving image the gray values of the fixed one first.</source>
        <translation>Dem bewegten Bild zuerst die Grauwerte des festen geben.</translation>
    </message>
    <message>
        <source>Device:</source>
        <translation>Gerät:</translation>
    </message>
    <message>
        <source>Where it is computed. Automatic: on the GPU if there is one that can be used.</source>
        <translation>Wo gerechnet wird. Automatisch: auf der GPU, wenn es eine brauchbare gibt.</translation>
    </message>
    <message>
        <source>CPU threads:</source>
        <translation>CPU-Threads:</translation>
    </message>
    <message>
        <source>How many processor threads may be used.</source>
        <translation>Wie viele Threads des Prozessors benutzt werden dürfen.</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Seed:</source>
        <translation>Startwert:</translation>
    </message>
    <message>
        <source>Of the network&apos;s first weights. The same seed, the same result.</source>
        <translation>Der ersten Gewichte des Netzes. Gleicher Startwert, gleiches Ergebnis.</translation>
    </message>
    <message>
        <source>Other settings:</source>
        <translation>Weitere:</translation>
    </message>
    <message>
        <source>Any other setting of the engine, as name=value; name=value. The documentation lists them.</source>
        <translation>Jede andere Einstellung der Engine, als name=wert; name=wert. Die Dokumentation führt sie auf.</translation>
    </message>
    <message>
        <source>name=value; name=value</source>
        <translation>name=wert; name=wert</translation>
    </message>
    <message>
        <source>Keep engine ready:</source>
        <translation>Bereithalten:</translation>
    </message>
    <message>
        <source>Load PyTorch when this panel is opened, not when Register is pressed; it ends after 15 idle minutes. A choice of this Slicer, not of the scene.</source>
        <translation>PyTorch laden, wenn dieses Modul geöffnet wird, nicht erst beim Registrieren; es endet nach 15 untätigen Minuten. Eine Wahl dieses Slicers, nicht der Szene.</translation>
    </message>
    <message>
        <source>Outputs</source>
        <translation>Ausgaben</translation>
    </message>
    <message>
        <source>Put the moving volume, or anything that belongs to it, under this transform, and it lies on the fixed volume.</source>
        <translation>Das bewegte Volumen, oder was zu ihm gehört, unter diese Transformation legen, und es liegt auf dem festen.</translation>
    </message>
    <message>
        <source>Transform</source>
        <translation>Transformation</translation>
    </message>
    <message>
        <source>Where the result goes: a new node, or one that is updated.</source>
        <translation>Wohin das Ergebnis geht: ein neuer Knoten, oder einer, der erneuert wird.</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>The moving volume on the voxels of the fixed one.</source>
        <translation>Das bewegte Volumen auf den Voxeln des festen.</translation>
    </message>
    <message>
        <source>Warped volume</source>
        <translation>Verformt</translation>
    </message>
    <message>
        <source>The determinant of the transform&apos;s Jacobian: 1 volume kept, below 1 the moving image is smaller here, 0 and below folded.</source>
        <translation>Die Jacobi-Determinante der Transformation: 1 Volumen erhalten, unter 1 ist das bewegte Bild hier kleiner, 0 und darunter gefaltet.</translation>
    </message>
    <message>
        <source>Jacobian</source>
        <translation>Jacobi-Det.</translation>
    </message>
    <message>
        <source>For what belongs to the fixed volume: it then lies on the moving one. It has a vector at every voxel, which takes memory and a second to load.</source>
        <translation>Für das, was zum festen Volumen gehört: es liegt dann auf dem bewegten. Sie hat einen Vektor an jedem Voxel; das braucht Speicher und eine Sekunde zum Laden.</translation>
    </message>
    <message>
        <source>Inverse transform</source>
        <translation>Umkehrung</translation>
    </message>
    <message>
        <source>Carry along</source>
        <translation>Mitnehmen</translation>
    </message>
    <message>
        <source>Goes along:</source>
        <translation>Geht mit:</translation>
    </message>
    <message>
        <source>As copies:</source>
        <translation>Als Kopien:</translation>
    </message>
    <message>
        <source>Leave the originals alone</source>
        <translation>Die Originale in Ruhe lassen</translation>
    </message>
    <message>
        <source>After it:</source>
        <translation>Danach:</translation>
    </message>
    <message>
        <source>Of the result that is shown: everything that went along lies where it lay before, and the copies are removed.</source>
        <translation>Vom gezeigten Ergebnis: Alles, was mitging, liegt wieder, wo es vorher lag, und die Kopien werden entfernt.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Batch</source>
        <translation>Stapel</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>Ordner:</translation>
    </message>
    <message>
        <source>Tick the volumes of a folder of the subject hierarchy, such as a subject or a study, and no others.</source>
        <translation>Die Volumen eines Ordners der Subject Hierarchy ankreuzen, etwa einer Person oder einer Studie, und keine anderen.</translation>
    </message>
    <message>
        <source>Moving volumes:</source>
        <translation>Bewegte Volumen:</translation>
    </message>
    <message>
        <source>The volumes that are registered to the fixed volume above, one after the other, with the options of this panel. Mask, points and further images of the moving volume above are left out; what is segmented on each takes the place of the moving structures.</source>
        <translation>Die Volumen, die nacheinander auf das feste Volumen oben registriert werden, mit den Einstellungen dieses Moduls. Maske, Punkte und weitere Bilder des bewegten Volumens oben bleiben weg; was auf jedem segmentiert ist, tritt an die Stelle der bewegten Strukturen.</translation>
    </message>
    <message>
        <source>Each pair gets new outputs in a folder of its own; one that fails does not keep the others from running.</source>
        <translation>Jedes Paar bekommt neue Ausgaben in einem eigenen Ordner; eines, das scheitert, hält die anderen nicht auf.</translation>
    </message>
    <message>
        <source>Register all</source>
        <translation>Alle registrieren</translation>
    </message>
    <message>
        <source>A row a pair: how far it is, the folded voxels, and the overlap of the structures or else the similarity loss, before and after. A double click shows the result.</source>
        <translation>Eine Zeile je Paar: wie weit es ist, die gefalteten Voxel und die Überlappung der Strukturen oder sonst der Verlust der Ähnlichkeit, vorher und nachher. Ein Doppelklick zeigt das Ergebnis.</translation>
    </message>
    <message>
        <source>A double click shows the result</source>
        <translation>Ein Doppelklick zeigt das Ergebnis</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
</context>
<context>
    <name>NODEORegistrationLib.Options</name>
    <message>
        <source>Fast</source>
        <translation>Schnell</translation>
    </message>
    <message>
        <source>Balanced</source>
        <translation>Ausgewogen</translation>
    </message>
    <message>
        <source>Accurate</source>
        <translation>Genau</translation>
    </message>
    <message>
        <source>Paper (Wu et al. 2022)</source>
        <translation>Artikel (Wu et al. 2022)</translation>
    </message>
    <message>
        <source>Custom</source>
        <translation>Eigene</translation>
    </message>
    <message>
        <source>Flow: a velocity of places</source>
        <translation>Fluss: Geschwindigkeit von Orten</translation>
    </message>
    <message>
        <source>Paper: a velocity of points</source>
        <translation>Artikel: Geschwindigkeit von Punkten</translation>
    </message>
    <message>
        <source>None: the volumes as they lie</source>
        <translation>Keiner: die Volumen, wie sie liegen</translation>
    </message>
    <message>
        <source>Align the centers</source>
        <translation>Mitten aufeinander</translation>
    </message>
    <message>
        <source>Automatic: what the volumes need</source>
        <translation>Automatisch: was nötig ist</translation>
    </message>
    <message>
        <source>Rigid</source>
        <translation>Starr</translation>
    </message>
    <message>
        <source>Rigid and one scale</source>
        <translation>Starr und ein Maßstab</translation>
    </message>
    <message>
        <source>Affine</source>
        <translation>Affin</translation>
    </message>
    <message>
        <source>From the points under Guidance</source>
        <translation>Aus den Punkten unter Vorwissen</translation>
    </message>
    <message>
        <source>A transform of the scene</source>
        <translation>Eine Transformation der Szene</translation>
    </message>
    <message>
        <source>Gaussian</source>
        <translation>Gauß</translation>
    </message>
    <message>
        <source>Averaging</source>
        <translation>Mittelung</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>lncc: local correlation</source>
        <translation>lncc: lokale Korrelation</translation>
    </message>
    <message>
        <source>mse: squared difference</source>
        <translation>mse: quadrierte Differenz</translation>
    </message>
    <message>
        <source>mi: mutual information</source>
        <translation>mi: Transinformation</translation>
    </message>
    <message>
        <source>mind: MIND descriptor</source>
        <translation>mind: MIND-Deskriptor</translation>
    </message>
    <message>
        <source>auto: lncc, mi or mind</source>
        <translation>auto: lncc, mi oder mind</translation>
    </message>
    <message>
        <source>different: mi or mind</source>
        <translation>different: mi oder mind</translation>
    </message>
    <message>
        <source>Find out</source>
        <translation>Herausfinden</translation>
    </message>
    <message>
        <source>Search for it</source>
        <translation>Danach suchen</translation>
    </message>
    <message>
        <source>Start from rest</source>
        <translation>Aus der Ruhe</translation>
    </message>
    <message>
        <source>Yes</source>
        <translation>Ja</translation>
    </message>
    <message>
        <source>No</source>
        <translation>Nein</translation>
    </message>
    <message>
        <source>Guide and measure</source>
        <translation>Führen und messen</translation>
    </message>
    <message>
        <source>Guide</source>
        <translation>Führen</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>Messen</translation>
    </message>
    <message>
        <source>All frames</source>
        <translation>Alle Bilder</translation>
    </message>
    <message>
        <source>This frame only</source>
        <translation>Nur dieses Bild</translation>
    </message>
    <message>
        <source>Frame</source>
        <translation>Bild</translation>
    </message>
    <message>
        <source>Mean of all frames</source>
        <translation>Mittel aller Bilder</translation>
    </message>
    <message>
        <source>Each frame by itself</source>
        <translation>Jedes Bild für sich</translation>
    </message>
    <message>
        <source>One motion for the whole series</source>
        <translation>Eine Bewegung für alle</translation>
    </message>
    <message>
        <source>Automatic</source>
        <translation>Automatisch</translation>
    </message>
    <message>
        <source>CPU</source>
        <translation>CPU</translation>
    </message>
    <message>
        <source>GPU (CUDA)</source>
        <translation>GPU (CUDA)</translation>
    </message>
</context>
<context>
    <name>panel.ApplyDialog</name>
    <message>
        <source>Apply the transform</source>
        <translation>Die Transformation anwenden</translation>
    </message>
    <message>
        <source>Nothing is resampled: take a node out of the transform, and it is as it was.</source>
        <translation>Nichts wird neu abgetastet: einen Knoten aus der Transformation nehmen, und er ist wie zuvor.</translation>
    </message>
    <message>
        <source>Under {transform}:</source>
        <translation>Unter {transform}:</translation>
    </message>
</context>
<context>
    <name>panel.BatchBox</name>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Moving volume</source>
        <translation>Bewegtes Volumen</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Stand</translation>
    </message>
    <message>
        <source>Folds</source>
        <translation>Falten</translation>
    </message>
    <message>
        <source>Dice or loss</source>
        <translation>Dice oder Verlust</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Tick …</source>
        <translation>Ankreuzen …</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Register all</source>
        <translation>Alle registrieren</translation>
    </message>
    <message>
        <source>Failed: {message}</source>
        <translation>Fehlgeschlagen: {message}</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
    <message>
        <source>{name} ({count})</source>
        <translation>{name} ({count})</translation>
    </message>
    <message>
        <source>NODEO Registration</source>
        <translation>NODEO-Registrierung</translation>
    </message>
    <message>
        <source>Register all ({count})</source>
        <translation>Alle registrieren ({count})</translation>
    </message>
</context>
<context>
    <name>panel.ExportDialog</name>
    <message>
        <source>This output is not in the scene: tick it under Outputs and register again.</source>
        <translation>Diese Ausgabe ist nicht in der Szene: unter Ausgaben ankreuzen und neu registrieren.</translation>
    </message>
    <message>
        <source>Transform</source>
        <translation>Transformation</translation>
    </message>
    <message>
        <source>Inverse transform</source>
        <translation>Umkehrung</translation>
    </message>
    <message>
        <source>Displacement field</source>
        <translation>Verschiebungsfeld</translation>
    </message>
    <message>
        <source>Warped volume</source>
        <translation>Verformt</translation>
    </message>
    <message>
        <source>Jacobian volume</source>
        <translation>Jacobi-Volumen</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Export the registration</source>
        <translation>Die Registrierung exportieren</translation>
    </message>
    <message>
        <source>Open the folder afterwards</source>
        <translation>Danach den Ordner öffnen</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>Ordner:</translation>
    </message>
    <message>
        <source>File names begin with:</source>
        <translation>Dateinamen beginnen mit:</translation>
    </message>
    <message>
        <source>Choose the folder to export to.</source>
        <translation>Den Ordner für den Export wählen.</translation>
    </message>
    <message>
        <source>The names of files cannot begin with a folder: take the slash away.</source>
        <translation>Dateinamen können nicht mit einem Ordner beginnen: den Schrägstrich entfernen.</translation>
    </message>
    <message>
        <source>Nothing was ticked, so nothing was exported.</source>
        <translation>Nichts war angekreuzt, also wurde nichts exportiert.</translation>
    </message>
    <message>
        <source>The export failed: {error}.</source>
        <translation>Der Export schlug fehl: {error}.</translation>
    </message>
    <message>
        <source>Exported to {folder}:</source>
        <translation>Exportiert nach {folder}:</translation>
    </message>
    <message>
        <source>These files exist in {folder}. Replace them?</source>
        <translation>Diese Dateien gibt es in {folder}. Ersetzen?</translation>
    </message>
</context>
<context>
    <name>panel.ImagesBox</name>
    <message>
        <source>Same kind of scan</source>
        <translation>Gleiche Art</translation>
    </message>
    <message>
        <source>Different kinds</source>
        <translation>Verschiedene</translation>
    </message>
    <message>
        <source>Find out</source>
        <translation>Herausfinden</translation>
    </message>
</context>
<context>
    <name>panel.InspectPanel</name>
    <message>
        <source>Before: moving on fixed</source>
        <translation>Vorher: bewegt auf fest</translation>
    </message>
    <message>
        <source>After: warped on fixed</source>
        <translation>Nachher: verformt auf fest</translation>
    </message>
    <message>
        <source>Checkerboard: fixed, warped</source>
        <translation>Schachbrett: fest, verformt</translation>
    </message>
    <message>
        <source>Difference: fixed − warped</source>
        <translation>Differenz: fest − verformt</translation>
    </message>
    <message>
        <source>Jacobian determinant</source>
        <translation>Jacobi-Determinante</translation>
    </message>
    <message>
        <source>Both results: warped, warped</source>
        <translation>Beide Ergebnisse: verformt</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>det J = {value:.3f} here</source>
        <translation>det J = {value:.3f} hier</translation>
    </message>
</context>
<context>
    <name>panel.LandmarksBox</name>
    <message>
        <source>Click landmark {number} in {volume}. Esc ends it.</source>
        <translation>Landmarke {number} in {volume} anklicken. Esc beendet es.</translation>
    </message>
    <message>
        <source>Landmark</source>
        <translation>Landmarke</translation>
    </message>
    <message>
        <source>Error before → after</source>
        <translation>Fehler vorher → nachher</translation>
    </message>
    <message>
        <source>Fixed landmarks</source>
        <translation>Feste Landmarken</translation>
    </message>
    <message>
        <source>Moving landmarks</source>
        <translation>Bewegte Landmarken</translation>
    </message>
</context>
<context>
    <name>panel.ProgressPanel</name>
    <message>
        <source>Starting</source>
        <translation>Beginnt</translation>
    </message>
    <message>
        <source>Level {level} of {levels}, iteration {iteration} of {iterations}</source>
        <translation>Stufe {level} von {levels}, Iteration {iteration} von {iterations}</translation>
    </message>
    <message>
        <source>Cancelled; the scene is as it was</source>
        <translation>Abgebrochen; die Szene ist wie zuvor</translation>
    </message>
    <message>
        <source>about {minutes:.0f} min left</source>
        <translation>noch etwa {minutes:.0f} min</translation>
    </message>
    <message>
        <source>Done in {seconds:.1f} s</source>
        <translation>Fertig in {seconds:.1f} s</translation>
    </message>
    <message>
        <source>about {seconds:.0f} s left</source>
        <translation>noch etwa {seconds:.0f} s</translation>
    </message>
    <message>
        <source>Failed: {message}</source>
        <translation>Fehlgeschlagen: {message}</translation>
    </message>
    <message>
        <source>Frame {number}, {done} of {of} done</source>
        <translation>Bild {number}, {done} von {of} fertig</translation>
    </message>
</context>
<context>
    <name>panel.RegisterButton</name>
    <message>
        <source>Stop the registration; the scene stays as it is.</source>
        <translation>Die Registrierung abbrechen; die Szene bleibt, wie sie ist.</translation>
    </message>
    <message>
        <source>Register</source>
        <translation>Registrieren</translation>
    </message>
    <message>
        <source>Deform the moving volume onto the fixed one.</source>
        <translation>Das bewegte Volumen auf das feste verformen.</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>NODEO Registration</source>
        <translation>NODEO-Registrierung</translation>
    </message>
</context>
<context>
    <name>panel.ResultPanel</name>
    <message>
        <source>Nothing registered yet.</source>
        <translation>Noch nichts registriert.</translation>
    </message>
    <message>
        <source>Fixed: {fixed} · Moving: {moving}</source>
        <translation>Fest: {fixed} · Bewegt: {moving}</translation>
    </message>
    <message>
        <source>{pair}. Not both are in the scene any more.</source>
        <translation>{pair}. Nicht mehr beide sind in der Szene.</translation>
    </message>
    <message>
        <source>{pair}. Other volumes are chosen above.</source>
        <translation>{pair}. Oben sind andere Volumen gewählt.</translation>
    </message>
</context>
<context>
    <name>panel.SeriesBox</name>
    <message>
        <source>None: the reference below</source>
        <translation>Keines: der Bezug unten</translation>
    </message>
    <message>
        <source>{count} frames</source>
        <translation>{count} Bilder</translation>
    </message>
    <message>
        <source> of {count}</source>
        <translation> von {count}</translation>
    </message>
    <message>
        <source>{name}: {first} … {last} {unit}</source>
        <translation>{name}: {first} … {last} {unit}</translation>
    </message>
</context>
<context>
    <name>panel.SeriesResult</name>
    <message>
        <source>Frame {number} of {count} is shown; {name} has {volume:.4g} {unit}, over the series {low:.4g} (frame {smallest}) to {high:.4g} (frame {largest}).</source>
        <translation>Bild {number} von {count} wird gezeigt; {name} hat {volume:.4g} {unit}, in der Serie {low:.4g} (Bild {smallest}) bis {high:.4g} (Bild {largest}).</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Bewegung</translation>
    </message>
    <message>
        <source>Frame {number} of {count} is shown; it moves {mean:.2f} mm on average, {max:.1f} mm at most.</source>
        <translation>Bild {number} von {count} wird gezeigt; es bewegt sich im Mittel {mean:.2f} mm, höchstens {max:.1f} mm.</translation>
    </message>
    <message>
        <source>Frame {number} of {count} is shown.</source>
        <translation>Bild {number} von {count} wird gezeigt.</translation>
    </message>
    <message>
        <source>Volume of {name}</source>
        <translation>Volumen von {name}</translation>
    </message>
</context>
<context>
    <name>panel.StructuresBox</name>
    <message>
        <source>Of the reference:</source>
        <translation>Vom Bezug:</translation>
    </message>
</context>
<context>
    <name>run.BatchRequests</name>
    <message>
        <source>A batch knows no points: choose another initial transform.</source>
        <translation>Ein Stapel kennt keine Punkte: eine andere Anfangstransformation wählen.</translation>
    </message>
    <message>
        <source>Choose at least one output.</source>
        <translation>Mindestens eine Ausgabe wählen.</translation>
    </message>
    <message>
        <source>Tick the volumes that are to be registered to the fixed volume.</source>
        <translation>Die Volumen ankreuzen, die auf das feste Volumen registriert werden sollen.</translation>
    </message>
</context>
<context>
    <name>run.CarryReadiness</name>
    <message>
        <source>Tick Transform under Outputs: what is carried along lies under it.</source>
        <translation>Transformation unter Ausgaben ankreuzen: Was mitgeht, liegt unter ihr.</translation>
    </message>
</context>
<context>
    <name>run.Dependencies</name>
    <message>
        <source>PyTorch is needed; tests do not install it.</source>
        <translation>PyTorch wird gebraucht; Tests installieren es nicht.</translation>
    </message>
    <message>
        <source>Without PyTorch there is no registration; nothing was installed.</source>
        <translation>Ohne PyTorch keine Registrierung; es wurde nichts installiert.</translation>
    </message>
    <message>
        <source>PyTorch is needed: install the extension PyTorch in the Extensions Manager, restart Slicer, and press Register again.</source>
        <translation>PyTorch wird gebraucht: die Erweiterung PyTorch im Extensions Manager installieren, Slicer neu starten und wieder Registrieren drücken.</translation>
    </message>
    <message>
        <source>Without {requirement} there is no registration; nothing was installed.</source>
        <translation>Ohne {requirement} keine Registrierung; es wurde nichts installiert.</translation>
    </message>
    <message>
        <source>The installed PyTorch is too old ({requirement} is needed): update it in the module PyTorch Util.</source>
        <translation>Das installierte PyTorch ist zu alt ({requirement} wird gebraucht): im Modul PyTorch Util erneuern.</translation>
    </message>
    <message>
        <source>{requirement} is still missing: the registration needs it.</source>
        <translation>{requirement} fehlt noch: die Registrierung braucht es.</translation>
    </message>
    <message>
        <source>PyTorch could not be installed: {error}</source>
        <translation>PyTorch konnte nicht installiert werden: {error}</translation>
    </message>
    <message>
        <source>NODEO needs the Python package {requirement} (about 1 MB). Install it into Slicer&apos;s Python now?</source>
        <translation>NODEO braucht das Python-Paket {requirement} (etwa 1 MB). Jetzt in Slicers Python installieren?</translation>
    </message>
    <message>
        <source>{requirement} could not be installed: {error}</source>
        <translation>{requirement} konnte nicht installiert werden: {error}</translation>
    </message>
    <message>
        <source>Install a Python package</source>
        <translation>Ein Python-Paket installieren</translation>
    </message>
</context>
<context>
    <name>run.GuidanceReadiness</name>
    <message>
        <source>Choose the moving points, too: the partners of {name}.</source>
        <translation>Auch die bewegten Punkte wählen: die Partner von {name}.</translation>
    </message>
    <message>
        <source>Choose the fixed points, too: the partners of {name}.</source>
        <translation>Auch die festen Punkte wählen: die Partner von {name}.</translation>
    </message>
    <message>
        <source>{fixed} and {moving} have no structure of the same name: rename the segments alike.</source>
        <translation>{fixed} und {moving} haben keine Struktur gleichen Namens: die Segmente gleich benennen.</translation>
    </message>
    <message>
        <source>The fixed and the moving points are the same list: choose two.</source>
        <translation>Die festen und die bewegten Punkte sind dieselbe Liste: zwei wählen.</translation>
    </message>
    <message>
        <source>The points {name} are under a deforming transform: harden it first.</source>
        <translation>Die Punkte {name} liegen unter einer verformenden Transformation: zuerst härten.</translation>
    </message>
    <message>
        <source>{name} holds no points: place pairs, or choose None.</source>
        <translation>{name} enthält keine Punkte: Paare setzen oder Keine wählen.</translation>
    </message>
    <message>
        <source>Choose the structures of the other volume, too: what matches {name}.</source>
        <translation>Auch die Strukturen des anderen Volumens wählen: was zu {name} passt.</translation>
    </message>
    <message>
        <source>The fixed and the moving structures are the same node: choose two.</source>
        <translation>Die festen und die bewegten Strukturen sind derselbe Knoten: zwei wählen.</translation>
    </message>
    <message>
        <source>The structures {name} are under a deforming transform: harden it first.</source>
        <translation>Die Strukturen {name} liegen unter einer verformenden Transformation: zuerst härten.</translation>
    </message>
    <message>
        <source>No structure is ticked: tick one, or choose None.</source>
        <translation>Keine Struktur ist angekreuzt: eine ankreuzen oder Keine wählen.</translation>
    </message>
    <message>
        <source>The fixed and the moving volume of image {number} are the same: choose two.</source>
        <translation>Das feste und das bewegte Volumen von Bild {number} sind dasselbe: zwei wählen.</translation>
    </message>
    <message>
        <source>There is no use {use}: there are {known}.</source>
        <translation>Es gibt keine Verwendung {use}: es gibt {known}.</translation>
    </message>
    <message>
        <source>fixed</source>
        <translation>fest</translation>
    </message>
    <message>
        <source>moving</source>
        <translation>bewegt</translation>
    </message>
    <message>
        <source>Choose the {side} volume of image {number}, or remove the row.</source>
        <translation>Das andere Volumen ({side}) von Bild {number} wählen oder die Zeile entfernen.</translation>
    </message>
    <message>
        <source>Each point needs a partner: there are {here} fixed points and {there} moving ones.</source>
        <translation>Jeder Punkt braucht einen Partner: es gibt {here} feste Punkte und {there} bewegte.</translation>
    </message>
    <message>
        <source>The point {label} has no partner of that label in the other list.</source>
        <translation>Der Punkt {label} hat in der anderen Liste keinen Partner dieses Namens.</translation>
    </message>
</context>
<context>
    <name>run.Hints</name>
    <message>
        <source>Choose another device under Advanced: Automatic, or CPU.</source>
        <translation>Unter Erweitert ein anderes Gerät wählen: Automatisch oder CPU.</translation>
    </message>
    <message>
        <source>Switch Match histograms off under Advanced.</source>
        <translation>Unter Erweitert Histogramme ausschalten.</translation>
    </message>
    <message>
        <source>Choose another initial transform under Masks and initial transform, such as Rigid or Affine.</source>
        <translation>Unter Masken und Anfangstransformation einen anderen Anfang wählen, etwa Starr oder Affin.</translation>
    </message>
    <message>
        <source>Choose other masks, or none, under Masks and initial transform; or another initial transform there.</source>
        <translation>Unter Masken und Anfangstransformation andere Masken wählen oder keine; oder dort einen anderen Anfang.</translation>
    </message>
    <message>
        <source>Choose the preset Fast, crop the volumes (Crop Volume), or close other programs.</source>
        <translation>Die Vorgabe Schnell wählen, die Volumen beschneiden (Crop Volume) oder andere Programme schließen.</translation>
    </message>
    <message>
        <source>Look at the points under Guidance: each has to lie in its own volume.</source>
        <translation>Die Punkte unter Vorwissen ansehen: jeder muss in seinem Volumen liegen.</translation>
    </message>
    <message>
        <source>Choose Automatic, Align the centers, Rigid or Affine under Masks and initial transform, or look where the volumes lie in space.</source>
        <translation>Unter Masken und Anfangstransformation Automatisch, Mitten aufeinander, Starr oder Affin wählen, oder nachsehen, wo die Volumen im Raum liegen.</translation>
    </message>
    <message>
        <source>Press Register again: the package is then offered for installation.</source>
        <translation>Wieder Registrieren drücken: das Paket wird dann zur Installation angeboten.</translation>
    </message>
    <message>
        <source>Choose a preset again: it puts all settings back to values that go together.</source>
        <translation>Wieder eine Vorgabe wählen: sie setzt alle Einstellungen auf Werte, die zusammenpassen.</translation>
    </message>
</context>
<context>
    <name>run.PairRun</name>
    <message>
        <source>{name} was moved or removed meanwhile, and did not go along.</source>
        <translation>{name} wurde inzwischen verschoben oder entfernt und ging nicht mit.</translation>
    </message>
</context>
<context>
    <name>run.Readiness</name>
    <message>
        <source>A single slice can only be registered with a single slice.</source>
        <translation>Eine einzelne Schicht lässt sich nur mit einer einzelnen Schicht registrieren.</translation>
    </message>
    <message>
        <source>Choose points of both volumes under Guidance, or another initial transform.</source>
        <translation>Unter Vorwissen Punkte beider Volumen wählen, oder einen anderen Anfang.</translation>
    </message>
    <message>
        <source>The model Paper starts from rest: choose Find out or Start from rest as Large motion.</source>
        <translation>Das Modell Artikel beginnt aus der Ruhe: bei Große Bewegung Herausfinden oder Aus der Ruhe wählen.</translation>
    </message>
    <message>
        <source>Choose at least one output.</source>
        <translation>Mindestens eine Ausgabe wählen.</translation>
    </message>
    <message>
        <source>There is no scene.</source>
        <translation>Es gibt keine Szene.</translation>
    </message>
    <message>
        <source>Choose a fixed volume: the one that stays where it is.</source>
        <translation>Ein festes Volumen wählen: das, das bleibt, wo es ist.</translation>
    </message>
    <message>
        <source>Choose a moving volume: the one that is deformed.</source>
        <translation>Ein bewegtes Volumen wählen: das, das verformt wird.</translation>
    </message>
    <message>
        <source>The fixed and the moving volume are the same: choose two.</source>
        <translation>Das feste und das bewegte Volumen sind dasselbe: zwei wählen.</translation>
    </message>
    <message>
        <source>The mask {name} is under a deforming transform: harden it first.</source>
        <translation>Die Maske {name} liegt unter einer verformenden Transformation: zuerst härten.</translation>
    </message>
    <message>
        <source>Choose the transform to start from, or another initial transform.</source>
        <translation>Die Transformation für den Anfang wählen, oder einen anderen Anfang.</translation>
    </message>
    <message>
        <source>Levels</source>
        <translation>Stufen</translation>
    </message>
    <message>
        <source>Iterations</source>
        <translation>Iterationen</translation>
    </message>
    <message>
        <source>Solver steps</source>
        <translation>Schritte</translation>
    </message>
    <message>
        <source>{title} needs whole numbers with commas between them, such as 4, 2, 1.</source>
        <translation>{title} braucht ganze Zahlen mit Kommas dazwischen, etwa 4, 2, 1.</translation>
    </message>
    <message>
        <source>The model Paper has one level: set Levels to 1, or to 2 for half resolution.</source>
        <translation>Das Modell Artikel hat eine Stufe: Stufen auf 1 setzen, oder auf 2 für halbe Auflösung.</translation>
    </message>
    <message>
        <source>The correlation window must be odd.</source>
        <translation>Das Korrelationsfenster muss ungerade sein.</translation>
    </message>
    <message>
        <source>&apos;{text}&apos; under Other settings is not of the form name=value.</source>
        <translation>&apos;{text}&apos; unter Weitere hat nicht die Form name=wert.</translation>
    </message>
    <message>
        <source>{name} shows a frame of a series, which it belongs to: choose New or another node.</source>
        <translation>{name} zeigt ein Bild einer Serie, zu der es gehört: Neu oder einen anderen Knoten wählen.</translation>
    </message>
    <message>
        <source>Levels lists shrink factors from coarse to fine, each a power of two, such as 4, 2, 1.</source>
        <translation>Stufen sind Verkleinerungen von grob nach fein, jede eine Zweierpotenz, etwa 4, 2, 1.</translation>
    </message>
    <message>
        <source>{title} has {given} values for {count} levels: give one, or one a level.</source>
        <translation>{title} hat {given} Werte für {count} Stufen: einen angeben, oder einen je Stufe.</translation>
    </message>
    <message>
        <source>There is no output {name}: there are {known}.</source>
        <translation>Es gibt keine Ausgabe {name}: es gibt {known}.</translation>
    </message>
    <message>
        <source>{name} is a {kind}, which cannot hold the result: choose New or another node.</source>
        <translation>{name} ist ein {kind}, das das Ergebnis nicht fassen kann: Neu oder einen anderen Knoten wählen.</translation>
    </message>
    <message>
        <source>{name} is an input: choose another output.</source>
        <translation>{name} ist eine Eingabe: eine andere Ausgabe wählen.</translation>
    </message>
    <message>
        <source>{name} is chosen for two outputs: choose two nodes.</source>
        <translation>{name} ist für zwei Ausgaben gewählt: zwei Knoten wählen.</translation>
    </message>
</context>
<context>
    <name>run.Reason</name>
    <message>
        <source>{name} holds no image.</source>
        <translation>{name} enthält kein Bild.</translation>
    </message>
    <message>
        <source>{name} is a color or vector volume: convert it to gray values first (Vector to Scalar Volume).</source>
        <translation>{name} ist ein Farb- oder Vektorvolumen: zuerst in Grauwerte umwandeln (Vector to Scalar Volume).</translation>
    </message>
    <message>
        <source>{name} is a label map: choose the image it was drawn on.</source>
        <translation>{name} ist eine Label-Karte: das Bild wählen, auf das sie gezeichnet wurde.</translation>
    </message>
    <message>
        <source>{name} is under a deforming transform: harden it first, or take the volume out of it.</source>
        <translation>{name} liegt unter einer verformenden Transformation: zuerst härten, oder das Volumen herausnehmen.</translation>
    </message>
</context>
<context>
    <name>run.Request</name>
    <message>
        <source>{preset}, more detailed</source>
        <translation>{preset}, feiner</translation>
    </message>
    <message>
        <source>{preset}, smoother</source>
        <translation>{preset}, glatter</translation>
    </message>
    <message>
        <source>{name} cannot go along: it does not lie under the transform that {moving} lies under.</source>
        <translation>{name} kann nicht mitgehen: Es liegt nicht unter der Transformation, unter der {moving} liegt.</translation>
    </message>
    <message>
        <source>Give an initial transform or the way to find one, not both.</source>
        <translation>Eine Anfangstransformation angeben oder den Weg zu ihr, nicht beides.</translation>
    </message>
</context>
<context>
    <name>run.Run</name>
    <message>
        <source>Sending the volumes</source>
        <translation>Volumen werden übergeben</translation>
    </message>
    <message>
        <source>Starting</source>
        <translation>Beginnt</translation>
    </message>
    <message>
        <source>Loading the result</source>
        <translation>Ergebnis wird geladen</translation>
    </message>
    <message>
        <source>Check that the temporary folder exists and has free space.</source>
        <translation>Prüfen, ob es den temporären Ordner gibt und dort Platz ist.</translation>
    </message>
    <message>
        <source>{name} is no longer in the scene.</source>
        <translation>{name} ist nicht mehr in der Szene.</translation>
    </message>
    <message>
        <source>The details tell what it said last.</source>
        <translation>Die Einzelheiten sagen, was zuletzt kam.</translation>
    </message>
    <message>
        <source>The temporary files could not be written or read: {reason}.</source>
        <translation>Die temporären Dateien konnten nicht geschrieben oder gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>Something went wrong inside Slicer: {error}.</source>
        <translation>In Slicer ging etwas schief: {error}.</translation>
    </message>
    <message>
        <source>The registration process ended unexpectedly (exit code {code}).</source>
        <translation>Der Registrierungsprozess endete unerwartet (Exit-Code {code}).</translation>
    </message>
</context>
<context>
    <name>run.RunQueue</name>
    <message>
        <source>Waiting for another registration</source>
        <translation>Wartet auf eine andere Registrierung</translation>
    </message>
</context>
<context>
    <name>run.Script</name>
    <message>
        <source>Give a fixed volume and at least one moving volume.</source>
        <translation>Ein festes und mindestens ein bewegtes Volumen angeben.</translation>
    </message>
    <message>
        <source>Packages are missing: {names}. Call installDependencies() first.</source>
        <translation>Es fehlen Pakete: {names}. Zuerst installDependencies() aufrufen.</translation>
    </message>
    <message>
        <source>The registration was cancelled.</source>
        <translation>Die Registrierung wurde abgebrochen.</translation>
    </message>
</context>
<context>
    <name>run.SeriesCarryReadiness</name>
    <message>
        <source>{title} → reference</source>
        <translation>{title} → Referenz</translation>
    </message>
    <message>
        <source>{title} → frames</source>
        <translation>{title} → Bilder</translation>
    </message>
    <message>
        <source>{title}: another series</source>
        <translation>{title}: andere Serie</translation>
    </message>
    <message>
        <source>{name} is read by the registration, and cannot go along with it.</source>
        <translation>{name} wird von der Registrierung gelesen und kann nicht mit ihr mitgehen.</translation>
    </message>
    <message>
        <source>{name} shows a frame of another series than {series}: untick it under Carry along.</source>
        <translation>{name} zeigt ein Bild einer anderen Serie als {series}: unter Mitnehmen abwählen.</translation>
    </message>
    <message>
        <source>{name} cannot go along: it lies neither where {series} lies nor where {reference} does.</source>
        <translation>{name} kann nicht mitgehen: es liegt weder, wo {series} liegt, noch, wo {reference} liegt.</translation>
    </message>
</context>
<context>
    <name>run.SeriesReadiness</name>
    <message>
        <source>A moving mask does not go with a series: choose None. The fixed mask belongs to the reference.</source>
        <translation>Eine bewegte Maske passt nicht zu einer Serie: Keine wählen. Die feste Maske gehört zum Bezug.</translation>
    </message>
    <message>
        <source>Pairs of points do not go with a series: choose None as moving points; the fixed are followed.</source>
        <translation>Punktpaare passen nicht zu einer Serie: als bewegte Punkte Keine wählen; den festen wird gefolgt.</translation>
    </message>
    <message>
        <source>Structures do not guide a series: choose None as moving structures; the fixed are followed.</source>
        <translation>Strukturen führen keine Serie: als bewegte Strukturen Keine wählen; den festen wird gefolgt.</translation>
    </message>
    <message>
        <source>A series does not start from a transform of the scene: choose another initial transform.</source>
        <translation>Eine Serie beginnt nicht mit einer Transformation der Szene: einen anderen Anfang wählen.</translation>
    </message>
    <message>
        <source>A series does not start from points: choose another initial transform.</source>
        <translation>Eine Serie beginnt nicht mit Punkten: einen anderen Anfang wählen.</translation>
    </message>
    <message>
        <source>{name} has one frame only: choose This frame only.</source>
        <translation>{name} hat nur ein Bild: Nur dieses Bild wählen.</translation>
    </message>
    <message>
        <source>There is no mode {mode}: there are {known}.</source>
        <translation>Es gibt keine Art {mode}: es gibt {known}.</translation>
    </message>
    <message>
        <source>One motion goes from a frame to the others: choose None as fixed volume, or Each frame by itself.</source>
        <translation>Eine Bewegung geht von einem Bild zu den anderen: als festes Volumen Keines wählen, oder Jedes Bild für sich.</translation>
    </message>
    <message>
        <source>{name} has no frame {number} to be the reference: it has {count}, or take the mean.</source>
        <translation>{name} hat kein Bild {number} als Bezug: es hat {count}, oder das Mittel nehmen.</translation>
    </message>
    <message>
        <source>The mask {name} is under a deforming transform: harden it first.</source>
        <translation>Die Maske {name} liegt unter einer verformenden Transformation: zuerst härten.</translation>
    </message>
    <message>
        <source>The points {name} are under a deforming transform: harden it first.</source>
        <translation>Die Punkte {name} liegen unter einer verformenden Transformation: zuerst härten.</translation>
    </message>
    <message>
        <source>{name} holds no points: place some, or choose None.</source>
        <translation>{name} enthält keine Punkte: welche setzen oder Keine wählen.</translation>
    </message>
    <message>
        <source>The structures {name} are under a deforming transform: harden it first.</source>
        <translation>Die Strukturen {name} liegen unter einer verformenden Transformation: zuerst härten.</translation>
    </message>
    <message>
        <source>{name} has no structure {unknown}: there are {known}.</source>
        <translation>{name} hat keine Struktur {unknown}: es gibt {known}.</translation>
    </message>
    <message>
        <source>More images do not go with a series: remove them.</source>
        <translation>Weitere Bilder passen nicht zu einer Serie: entfernen.</translation>
    </message>
    <message>
        <source>Frame {number} of {name} holds no image: remove it from the sequence.</source>
        <translation>Bild {number} von {name} ist leer: aus der Sequenz entfernen.</translation>
    </message>
    <message>
        <source>The transform above {name} changes from frame to frame: take the volume out of it.</source>
        <translation>Die Transformation über {name} ändert sich von Bild zu Bild: das Volumen herausnehmen.</translation>
    </message>
    <message>
        <source>No structure is ticked: tick one, or choose None.</source>
        <translation>Keine Struktur ist angekreuzt: eine ankreuzen oder Keine wählen.</translation>
    </message>
    <message>
        <source>{name} holds no structures: draw some, or choose None.</source>
        <translation>{name} enthält keine Strukturen: welche zeichnen oder Keine wählen.</translation>
    </message>
    <message>
        <source>Frame {number} of {name} is of another size than the first: crop or resample them alike.</source>
        <translation>Bild {number} von {name} ist anders groß als das erste: alle gleich beschneiden oder abtasten.</translation>
    </message>
</context>
<context>
    <name>run.SeriesRequest</name>
    <message>
        <source>{series} frame {number}</source>
        <translation>{series} Bild {number}</translation>
    </message>
    <message>
        <source>{series} mean</source>
        <translation>{series} Mittel</translation>
    </message>
    <message>
        <source>{name} is no series: give a sequence of volumes that a browser shows, or the volume.</source>
        <translation>{name} ist keine Serie: eine Sequenz von Volumen angeben, die ein Browser zeigt, oder das Volumen.</translation>
    </message>
</context>
<context>
    <name>run.SeriesRun</name>
    <message>
        <source>{name} has lost its frame {number}.</source>
        <translation>{name} hat Bild {number} verloren.</translation>
    </message>
    <message>
        <source>{points} in {series}</source>
        <translation>{points} in {series}</translation>
    </message>
    <message>
        <source>fixed volume</source>
        <translation>festes Volumen</translation>
    </message>
    <message>
        <source>frame {number}</source>
        <translation>Bild {number}</translation>
    </message>
    <message>
        <source>{name} was moved or removed meanwhile, and did not go along.</source>
        <translation>{name} wurde inzwischen verschoben oder entfernt und ging nicht mit.</translation>
    </message>
</context>
<context>
    <name>run.WorkerProcess</name>
    <message>
        <source>PythonSlicer was not found, so the registration could not be started.</source>
        <translation>PythonSlicer wurde nicht gefunden, die Registrierung konnte nicht beginnen.</translation>
    </message>
    <message>
        <source>The registration process crashed.</source>
        <translation>Der Registrierungsprozess ist abgestürzt.</translation>
    </message>
    <message>
        <source>The registration process could not be started: {reason}.</source>
        <translation>Der Registrierungsprozess konnte nicht gestartet werden: {reason}.</translation>
    </message>
</context>
<context>
    <name>scene.Carrying</name>
    <message>
        <source>{name} on {fixed}</source>
        <translation>{name} auf {fixed}</translation>
    </message>
    <message>
        <source>fixed</source>
        <translation>fest</translation>
    </message>
</context>
<context>
    <name>scene.Companions</name>
    <message>
        <source>label map</source>
        <translation>Label-Karte</translation>
    </message>
    <message>
        <source>volume</source>
        <translation>Volumen</translation>
    </message>
    <message>
        <source>segmentation</source>
        <translation>Segmentierung</translation>
    </message>
    <message>
        <source>markups</source>
        <translation>Markups</translation>
    </message>
    <message>
        <source>model</source>
        <translation>Modell</translation>
    </message>
</context>
<context>
    <name>scene.Export</name>
    <message>
        <source>others would read the vectors of a single slice wrongly from NIfTI; choose .nrrd</source>
        <translation>andere läsen die Vektoren einer einzelnen Schicht falsch aus NIfTI; .nrrd wählen</translation>
    </message>
    <message>
        <source>{name} cannot be stored in this format</source>
        <translation>{name} lässt sich in diesem Format nicht speichern</translation>
    </message>
    <message>
        <source>{file} could not be written: {reason}.</source>
        <translation>{file} konnte nicht geschrieben werden: {reason}.</translation>
    </message>
</context>
<context>
    <name>scene.JacobianLegend</name>
    <message>
        <source>det J</source>
        <translation>det J</translation>
    </message>
</context>
<context>
    <name>scene.LabelExport</name>
    <message>
        <source>{name} lies outside {volume}: check that both belong together.</source>
        <translation>{name} liegt außerhalb von {volume}: gehören beide zusammen?</translation>
    </message>
    <message>
        <source>The mask {name} is empty.</source>
        <translation>Die Maske {name} ist leer.</translation>
    </message>
    <message>
        <source>The mask {name} has no segment: draw one, or choose no mask.</source>
        <translation>Die Maske {name} hat kein Segment: eines zeichnen oder keine Maske wählen.</translation>
    </message>
    <message>
        <source>The mask {name} has no visible segment: show those that count.</source>
        <translation>Die Maske {name} hat kein sichtbares Segment: zeigen, was zählen soll.</translation>
    </message>
    <message>
        <source>{name} cannot be made a label map.</source>
        <translation>Aus {name} lässt sich keine Label-Karte machen.</translation>
    </message>
    <message>
        <source>{name} is empty: its segments hold nothing.</source>
        <translation>{name} ist leer: die Segmente enthalten nichts.</translation>
    </message>
</context>
<context>
    <name>scene.Report</name>
    <message>
        <source>{moving} on {fixed}</source>
        <translation>{moving} auf {fixed}</translation>
    </message>
    <message>
        <source>Result</source>
        <translation>Ergebnis</translation>
    </message>
    <message>
        <source>Landmarks</source>
        <translation>Landmarken</translation>
    </message>
    <message>
        <source>Structures</source>
        <translation>Strukturen</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>Verlust</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Versions</source>
        <translation>Versionen</translation>
    </message>
    <message>
        <source>Not for clinical use.</source>
        <translation>Nicht für den klinischen Gebrauch.</translation>
    </message>
    <message>
        <source>Fixed</source>
        <translation>Fest</translation>
    </message>
    <message>
        <source>Warped</source>
        <translation>Verformt</translation>
    </message>
    <message>
        <source>Checkerboard</source>
        <translation>Schachbrett</translation>
    </message>
    <message>
        <source>det J, 0 blue to 2 red, folds violet</source>
        <translation>det J, 0 blau bis 2 rot, Faltungen violett</translation>
    </message>
    <message>
        <source>level {number}: {first:.4g} → {last:.4g}</source>
        <translation>Stufe {number}: {first:.4g} → {last:.4g}</translation>
    </message>
</context>
<context>
    <name>scene.ResultSummary</name>
    <message>
        <source>{before_mm:.2f} → {after_mm:.2f} mm</source>
        <translation>{before_mm:.2f} → {after_mm:.2f} mm</translation>
    </message>
    <message>
        <source>{number} that guided; 95 %: {p95:.2f} mm</source>
        <translation>{number}, die führten; 95 %: {p95:.2f} mm</translation>
    </message>
    <message>
        <source>{number}; 95 %: {p95:.2f} mm</source>
        <translation>{number}; 95 %: {p95:.2f} mm</translation>
    </message>
    <message>
        <source>Error at landmarks</source>
        <translation>Fehler an Landmarken</translation>
    </message>
    <message>
        <source>Mean Dice</source>
        <translation>Mittlerer Dice</translation>
    </message>
    <message>
        <source>Folded voxels</source>
        <translation>Gefaltete Voxel</translation>
    </message>
    <message>
        <source>Folded voxels of the inverse</source>
        <translation>Gefaltete Voxel der Umkehrung</translation>
    </message>
    <message>
        <source>98 %: {low:.2f} … {high:.2f}</source>
        <translation>98 %: {low:.2f} … {high:.2f}</translation>
    </message>
    <message>
        <source>Correlation with fixed</source>
        <translation>Korrelation mit dem festen</translation>
    </message>
    <message>
        <source>less is better</source>
        <translation>weniger ist besser</translation>
    </message>
    <message>
        <source>Similarity chosen</source>
        <translation>Gewählte Ähnlichkeit</translation>
    </message>
    <message>
        <source>{mean:.2f} mm on average</source>
        <translation>{mean:.2f} mm im Mittel</translation>
    </message>
    <message>
        <source>Motion</source>
        <translation>Bewegung</translation>
    </message>
    <message>
        <source>Motion of the background</source>
        <translation>Bewegung des Hintergrunds</translation>
    </message>
    <message>
        <source>of the whole series</source>
        <translation>der ganzen Serie</translation>
    </message>
    <message>
        <source>det J</source>
        <translation>det J</translation>
    </message>
    <message>
        <source>Inverse consistency</source>
        <translation>Hin und zurück</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>{before:.2f} → {after:.2f} mm</source>
        <translation>{before:.2f} → {after:.2f} mm</translation>
    </message>
    <message>
        <source>Dice {values}</source>
        <translation>Dice {values}</translation>
    </message>
    <message>
        <source>Similarity loss ({name})</source>
        <translation>Ähnlichkeitsverlust ({name})</translation>
    </message>
    <message>
        <source>at most {max:.1f} mm</source>
        <translation>höchstens {max:.1f} mm</translation>
    </message>
    <message>
        <source>{mean:.3f} mm</source>
        <translation>{mean:.3f} mm</translation>
    </message>
    <message>
        <source>99 %: {p99:.2f} mm</source>
        <translation>99 %: {p99:.2f} mm</translation>
    </message>
    <message>
        <source>{seconds:.1f} s</source>
        <translation>{seconds:.1f} s</translation>
    </message>
</context>
<context>
    <name>scene.SampleDataSource</name>
    <message>
        <source>NODEO Registration</source>
        <translation>NODEO-Registrierung</translation>
    </message>
</context>
<context>
    <name>scene.SceneExport</name>
    <message>
        <source>{name} needs {needed:.0f} MB in the temporary folder, and {free:.0f} MB are free there.</source>
        <translation>{name} braucht {needed:.0f} MB im temporären Ordner, und dort sind {free:.0f} MB frei.</translation>
    </message>
    <message>
        <source>{name} is under a deforming transform: harden it first.</source>
        <translation>{name} liegt unter einer verformenden Transformation: zuerst härten.</translation>
    </message>
    <message>
        <source>The transform above {name} scales or shears it: harden it first.</source>
        <translation>Die Transformation über {name} skaliert oder schert: zuerst härten.</translation>
    </message>
    <message>
        <source>{name} could not be written to {folder}.</source>
        <translation>{name} konnte nicht nach {folder} geschrieben werden.</translation>
    </message>
    <message>
        <source>The transform {name} could not be written: convert it to a grid transform first.</source>
        <translation>Die Transformation {name} konnte nicht geschrieben werden: zuerst in eine Gitter-Transformation umwandeln.</translation>
    </message>
    <message>
        <source>{name} cannot be stored as it is: convert it to a grid transform in the Transforms module.</source>
        <translation>{name} lässt sich so nicht speichern: im Modul Transforms in eine Gitter-Transformation umwandeln.</translation>
    </message>
</context>
<context>
    <name>scene.SceneImport</name>
    <message>
        <source>fixed</source>
        <translation>fest</translation>
    </message>
    <message>
        <source>moving</source>
        <translation>bewegt</translation>
    </message>
    <message>
        <source>{moving} to {fixed}, {preset}</source>
        <translation>{moving} nach {fixed}, {preset}</translation>
    </message>
    <message>
        <source>{fixed} to {moving}, {preset}</source>
        <translation>{fixed} nach {moving}, {preset}</translation>
    </message>
    <message>
        <source>{moving} on {fixed}, {preset}</source>
        <translation>{moving} auf {fixed}, {preset}</translation>
    </message>
    <message>
        <source>{moving} on {fixed}, {preset}, Jacobian</source>
        <translation>{moving} auf {fixed}, {preset}, Jacobi</translation>
    </message>
    <message>
        <source>NODEO: {moving} on {fixed}, {preset}</source>
        <translation>NODEO: {moving} auf {fixed}, {preset}</translation>
    </message>
    <message>
        <source>The result {name} could not be read.</source>
        <translation>Das Ergebnis {name} konnte nicht gelesen werden.</translation>
    </message>
</context>
<context>
    <name>scene.SeriesCarrying</name>
    <message>
        <source>{name} on {fixed}</source>
        <translation>{name} auf {fixed}</translation>
    </message>
    <message>
        <source>{name} in {series}</source>
        <translation>{name} in {series}</translation>
    </message>
</context>
<context>
    <name>scene.SeriesImport</name>
    <message>
        <source>The result {name} could not be read.</source>
        <translation>Das Ergebnis {name} konnte nicht gelesen werden.</translation>
    </message>
</context>
<context>
    <name>scene.Structures</name>
    <message>
        <source>{name} is empty: its structures hold nothing.</source>
        <translation>{name} ist leer: die Strukturen enthalten nichts.</translation>
    </message>
</context>
<context>
    <name>scene.Verdict</name>
    <message>
        <source>No folds.</source>
        <translation>Keine Faltung.</translation>
    </message>
    <message>
        <source>Similarity loss {before:.2f} → {after:.2f}</source>
        <translation>Ähnlichkeitsverlust {before:.2f} → {after:.2f}</translation>
    </message>
    <message>
        <source>Landmarks {before:.1f} → {after:.1f} mm apart</source>
        <translation>Landmarken {before:.1f} → {after:.1f} mm auseinander</translation>
    </message>
    <message>
        <source>Structures overlap (Dice) {before:.2f} → {after:.2f}</source>
        <translation>Überdeckung der Strukturen (Dice) {before:.2f} → {after:.2f}</translation>
    </message>
    <message>
        <source>98 % of the volume changes {low:.2g} to {high:.2g} times.</source>
        <translation>98 % des Volumens ändern sich auf das {low:.2g}- bis {high:.2g}-Fache.</translation>
    </message>
    <message>
        <source>Inverse exact to {mean:.2f} mm on average.</source>
        <translation>Umkehrung im Mittel auf {mean:.2f} mm genau.</translation>
    </message>
    <message>
        <source>{numbers}: much better than before.</source>
        <translation>{numbers}: viel besser als vorher.</translation>
    </message>
    <message>
        <source>{numbers}.</source>
        <translation>{numbers}.</translation>
    </message>
    <message>
        <source>{count:,.0f} voxels are folded.</source>
        <translation>{count:,.0f} Voxel sind gefaltet.</translation>
    </message>
    <message>
        <source>No folds, but {count:,.0f} on the way back.</source>
        <translation>Keine Faltung, aber {count:,.0f} auf dem Rückweg.</translation>
    </message>
    <message>
        <source>Inverse exact to {mean:.2f} mm on average, but to {worst:.1f} mm at 1 % of the points.</source>
        <translation>Umkehrung im Mittel auf {mean:.2f} mm genau, an 1 % der Punkte aber nur auf {worst:.1f} mm.</translation>
    </message>
    <message>
        <source>{numbers}: worse than before.</source>
        <translation>{numbers}: schlechter als vorher.</translation>
    </message>
    <message>
        <source>{numbers}: they were alike before.</source>
        <translation>{numbers}: sie waren schon vorher gleich.</translation>
    </message>
    <message>
        <source>{numbers}: hardly better than before.</source>
        <translation>{numbers}: kaum besser als vorher.</translation>
    </message>
    <message>
        <source>{numbers}: better than before.</source>
        <translation>{numbers}: besser als vorher.</translation>
    </message>
</context>
</TS>
